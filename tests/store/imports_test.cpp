#include "advisor/store/imports.hpp"

#include <advisor/store/documents.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "store/junit_id.hpp"

using namespace advisor;

namespace {

/// As pytest 9 writes it with the default family, xunit2.
constexpr std::string_view k_pytest = R"(<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="2" failures="1" skipped="2"
 tests="7" time="4.500" timestamp="2026-11-24T12:26:44+00:00" hostname="vm">
<testcase classname="tests.test_a" name="test_ok" time="0.250" />
<testcase classname="tests.test_a" name="test_fail" time="0.500"><failure message="assert 0">def
test_fail(): &lt;...&gt;</failure></testcase>
<testcase classname="tests.test_a" name="test_skip" time="0.000"><skipped type="pytest.skip"
 message="no">x</skipped></testcase>
<testcase classname="tests.test_a" name="test_xf" time="0.125"><skipped type="pytest.xfail"
 message="" /></testcase>
<testcase classname="tests.test_a" name="test_err" time="0.125"><error message="failed on setup"
 >trace</error></testcase>
<testcase classname="tests.test_a" name="test_tear" time="1.000"><failure>a</failure></testcase>
<testcase classname="tests.test_a" name="test_tear" time="0.500"><error>b</error></testcase>
<testcase classname="tests.test_a.TestB.TestC" name="test_m[a.b::c-&quot;é]" time="1.000" />
</testsuite></testsuites>
)";

std::string because(const Result<Profile>& profile) {
    return profile ? std::string() : profile.error().because;
}

bool is_missing(const Profile& profile, std::string_view what) {
    return std::any_of(profile.missing.begin(), profile.missing.end(), [&](const Missing& missing) {
        return missing.what.find(what) != std::string::npos;
    });
}

std::string suite(std::string_view cases, std::string_view attributes = "") {
    return "<testsuite " + std::string(attributes) + ">" + std::string(cases) + "</testsuite>";
}

}  // namespace

TEST_CASE("pytest's JUnit XML becomes a profile of one duration for each test") {
    const auto profile = import_junit(k_pytest, "j.xml");
    REQUIRE(profile.has_value());
    REQUIRE(profile->tests.size() == 7);
    const std::vector<TestOutcome> outcomes{
        TestOutcome::passed,
        TestOutcome::failed,
        TestOutcome::skipped,
        TestOutcome::xfailed,
        TestOutcome::error,
        TestOutcome::failed,
        TestOutcome::passed};
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        CHECK(profile->tests[i].outcome == outcomes[i]);
    }
    CHECK(profile->tests[0].id == "tests/test_a.py::test_ok");
    CHECK(profile->tests[0].module_id() == "tests/test_a.py");
    CHECK(profile->tests[0].class_id().empty());
    CHECK(profile->tests[6].id == "tests/test_a.py::TestB::TestC::test_m[a.b::c-\"é]");
    CHECK(profile->tests[6].class_id() == "tests/test_a.py::TestB::TestC");
    CHECK(profile->tests[5].call.wall == Seconds(1.5));
    // 0.25 + 0.5 + 0.125 + 0.125 + 1.5 + 1 = 3.5 s of tests in 4.5 s of session
    CHECK(profile->run.wall == Seconds(4.5));
    CHECK(profile->session.loop.wall == Seconds(3.5));
    CHECK(profile->session.collection.wall == Seconds(1.0));
    CHECK(profile->tests[1].begin == Seconds(1.25));
    CHECK(profile->run.exit_code == 1);
    CHECK(profile->run.complete);
}

TEST_CASE("an import says what it cannot know") {
    const auto junit = import_junit(k_pytest, "j.xml");
    const auto durations = import_durations(R"({"a.py::b": 1})", "d");
    REQUIRE((junit && durations));
    for (const auto& profile : {*junit, *durations}) {
        CHECK(profile.host.rung == Rung::none);
        CHECK_FALSE(profile.tests[0].call.gil_held.has_value());
        CHECK_FALSE(profile.tests[0].call.core_wait.has_value());
        CHECK(profile.counters.empty());
        for (const char* what : {"CPU", "GIL", "fixture", "start", "memory", "machine"}) {
            CHECK(is_missing(profile, what));
        }
        CHECK(read_profile(to_json(profile), "f") == profile);
    }
    CHECK(is_missing(*junit, "file and class"));
    CHECK(is_missing(*durations, "outcome"));
    CHECK(is_missing(*durations, "order"));
}

TEST_CASE("the file attribute of xunit1 is believed before names") {
    CHECK(
        junit_node_id("src/checks.py", "src.checks.lower_class", "test_x")
        == "src/checks.py::lower_class::test_x"
    );
    CHECK(junit_node_id("a/b.py", "prefix.a.b.C", "m") == "a/b.py::C::m");
    const auto profile =
        import_junit(suite(R"(<testcase file="t/x.py" classname="t.x" name="f" time="1"/>)"), "j");
    REQUIRE(profile.has_value());
    CHECK(profile->tests[0].id == "t/x.py::f");
    CHECK_FALSE(is_missing(*profile, "file and class"));
}

TEST_CASE("without a file, names tell files from classes") {
    CHECK(junit_node_id("", "a.b.test_c", "t") == "a/b/test_c.py::t");
    CHECK(junit_node_id("", "a.c_test.Case", "t") == "a/c_test.py::Case::t");
    CHECK(junit_node_id("", "a.checks.Case.Inner", "t") == "a/checks.py::Case::Inner::t");
    CHECK(junit_node_id("", "Case", "t") == "Case.py::t");
    CHECK(junit_node_id("", "", "t") == "t");
    CHECK(junit_node_id("", "", "").empty());
}

TEST_CASE("the wall time of a parallel run is not taken for a sequential one") {
    const auto profile = import_junit(
        suite(R"(<testcase name="a" time="3"/><testcase name="b" time="3"/>)", R"(time="3.5")"), "j"
    );
    REQUIRE(profile.has_value());
    CHECK(profile->run.wall == Seconds(6.0));
    CHECK(is_missing(*profile, "wall time of a sequential run"));
}

TEST_CASE("suites within suites are taken in, their times counted once") {
    const std::string inner = suite(R"(<testcase name="a" time="1"/>)", R"(time="2")");
    const auto nested =
        import_junit("<testsuites time=\"5\">" + inner + suite("") + "</testsuites>", "j");
    REQUIRE(nested.has_value());
    CHECK(nested->run.wall == Seconds(5.0));
    const auto beside = import_junit(
        "<testsuites>" + inner + suite(R"(<testcase name="b"/>)", R"(time="2")") + "</testsuites>",
        "j"
    );
    REQUIRE(beside.has_value());
    CHECK(beside->run.wall == Seconds(4.0));
    CHECK(is_missing(*beside, "1 duration"));
    std::string deep = R"(<testcase name="a" time="1"/>)";
    for (int i = 0; i < 33; ++i) {
        deep = suite(deep);
    }
    CHECK(because(import_junit(deep, "j")) == "its suites are nested deeper than 32");
}

TEST_CASE("a document type, and with it every entity, is refused") {
    const std::string bomb = R"(<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>)"
                             + suite(R"(<testcase name="&b;" time="1"/>)");
    CHECK(
        because(import_junit(bomb, "j"))
        == "it declares a document type, which may declare entities"
    );
    const std::string external =
        R"(<!DOCTYPE x SYSTEM "file:///etc/passwd">)" + suite(R"(<testcase name="a" time="1"/>)");
    CHECK_FALSE(import_junit(external, "j").has_value());
    CHECK_FALSE(read_any_profile(bomb, "j").has_value());
}

TEST_CASE("files that are too large, too full or too deep are refused") {
    const std::string spaces(static_cast<std::size_t>(k_largest_document.value()) + 1, ' ');
    CHECK(because(import_junit(spaces, "j")) == "it is larger than 95 MiB");
    std::string full;
    for (int i = 0; i < 8'000'001; ++i) {
        full += "<a>";
    }
    CHECK(because(import_junit(full, "j")) == "it holds more than 8000000 elements");
    // A million elements inside of one another: the reader follows suites only.
    std::string deep = "<testsuite>";
    for (int i = 0; i < 1'000'000; ++i) {
        deep += "<a>";
    }
    for (int i = 0; i < 1'000'000; ++i) {
        deep += "</a>";
    }
    CHECK(because(import_junit(deep + "</testsuite>", "j")) == "it holds no tests");
}

TEST_CASE("what is not JUnit XML is refused with a reason and a hint") {
    CHECK(because(import_junit("<html/>", "j")) == "its first element is 'html'");
    CHECK(because(import_junit("<testsuite/>", "j")) == "it holds no tests");
    CHECK(because(import_junit("", "j")).starts_with("it is not XML at byte 0"));
    CHECK(because(import_junit(suite("<testcase time=\"1\"/>"), "j")) == "a test has no name");
    for (const char* time : {"-1", "1,5", "nan", "inf", "1e300", "", " 1", "0x1"}) {
        const std::string test = std::string(R"(<testcase name="a" time=")") + time + "\"/>";
        CHECK(because(import_junit(suite(test), "j")).starts_with("the time of 'a' is"));
    }
    const auto refused = import_junit("<x", "a\x1b.xml");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::input);
    CHECK(refused.error().what.find('\x1b') == std::string::npos);
    CHECK_FALSE(refused.error().hint.empty());
}

TEST_CASE("a JUnit XML that was cut short is refused wherever it was cut") {
    const std::string_view whole = k_pytest.substr(0, k_pytest.rfind('>') + 1);
    REQUIRE(import_junit(whole, "j").has_value());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        REQUIRE_FALSE(import_junit(whole.substr(0, size), "j").has_value());
    }
}

TEST_CASE("test durations become a profile, negative ones are left out") {
    const auto profile = import_durations(
        R"({"a/test_x.py::TestA::t[p::q]": 0.5, "a/test_x.py::u": 1, "n": -3.5})", "d"
    );
    REQUIRE(profile.has_value());
    REQUIRE(profile->tests.size() == 2);
    CHECK(is_missing(*profile, "1 test"));
    CHECK(profile->tests[0].module_id() == "a/test_x.py");
    CHECK(profile->tests[0].class_id() == "a/test_x.py::TestA");
    CHECK(profile->tests[1].call.wall == Seconds(1.0));
    CHECK(profile->run.wall == Seconds(1.5));
    CHECK(profile->run.exit_code == 0);
    const auto pairs = import_durations(
        R"([["a/test_x.py::TestA::t[p::q]", 0.5],
                                            ["a/test_x.py::u", 1.0], ["n", -3.5]])",
        "d"
    );
    CHECK(pairs == profile);
}

TEST_CASE("what are no test durations is refused by its place") {
    CHECK(because(import_durations("3", "d")) == "it is neither an object nor a list of pairs");
    CHECK(because(import_durations("{}", "d")) == "it holds no tests");
    CHECK(because(import_durations(R"({"a": "1"})", "d")) == "a is not a number");
    CHECK(because(import_durations(R"({"a": 1e10})", "d")) == "a is too large");
    CHECK(because(import_durations(R"({"a": NaN})", "d")).starts_with("it is not JSON"));
    CHECK(
        because(import_durations(R"([["a"]])", "d"))
        == "[0] is not a pair of a test and its seconds"
    );
    CHECK(because(import_durations(R"([["a", []]])", "d")) == "[0][1] is not a number");
}

TEST_CASE("the content tells what a file is") {
    CHECK(read_any_profile(k_pytest, "f")->tests.size() == 7);
    CHECK(
        read_any_profile("\xef\xbb\xbf\n " + suite(R"(<testcase name="a"/>)"), "f")->tests.size()
        == 1
    );
    CHECK(read_any_profile(R"({"a.py::b": 1})", "f")->tests.size() == 1);
    CHECK(read_any_profile(to_json(Profile{}), "f") == Profile{});
    CHECK(
        because(read_any_profile(to_json(DoctorReport{}), "f"))
        == "it is of the format 'advisor.doctor'"
    );
    // A test may be called "format".
    CHECK(read_any_profile(R"({"format": 1.5})", "f")->tests.size() == 1);
    CHECK_FALSE(read_any_profile("", "f").has_value());
    CHECK_FALSE(read_any_profile("hello", "f").has_value());
}

namespace {

/// As pytest-timing 0.4 writes it, without what is not read.
constexpr std::string_view k_timing = R"({"schema": 1, "pytest_timing_version": "0.4.0",
"run": {"start": 1795617208.5, "stop": 1795617210.5, "exit_status": 1},
"workers": [{"id": "main", "start": 0.0}],
"tests": [
{"nodeid": "test_a.py::TestX::test_a", "worker": "main", "outcome": "passed",
 "phases": {"setup": [0.0, 0.5, 0.5], "call": [0.5, 0.75, 0.25], "teardown": [0.75, 1.0, 0.25]},
 "fixtures": {"module:test_a.py:test_a.py::m[]": 0.03}},
{"nodeid": "test_a.py::test_x", "outcome": "error", "phases": {"setup": [1.0, 1.125, 0.125]}},
{"nodeid": "test_a.py::test_y", "outcome": "xfailed", "phases": {"call": [1.25, 1.5, 0.25]}}
]})";

std::string line(
    std::string_view id, std::string_view when, std::string_view outcome, std::string_view more = ""
) {
    return R"({"nodeid": ")" + std::string(id) + R"(", "when": ")" + std::string(when)
           + R"(", "outcome": ")" + std::string(outcome) + R"(", "duration": 0.25)"
           + std::string(more) + R"(, "$report_type": "TestReport"})" + "\n";
}

const std::string k_log_begins =
    "{\"pytest_version\": \"9.2.0\", \"$report_type\": \"SessionStart\"}\n";

}  // namespace

TEST_CASE("pytest-timing's report becomes a profile with the phases of each test") {
    const auto profile = read_any_profile(k_timing, "pytest-timing.json");
    REQUIRE(profile.has_value());
    REQUIRE(profile->tests.size() == 3);
    const TestCost& first = profile->tests.front();
    CHECK(first.id == "test_a.py::TestX::test_a");
    CHECK(first.class_id() == "test_a.py::TestX");
    CHECK(first.setup.wall == Seconds(0.5));
    CHECK(first.call.wall == Seconds(0.25));
    CHECK(first.teardown.wall == Seconds(0.25));
    CHECK(profile->tests[1].outcome == TestOutcome::error);
    CHECK(profile->tests[2].outcome == TestOutcome::xfailed);
    // 1 + 0.125 + 0.25 = 1.375 s of tests in 2 s of session
    CHECK(profile->session.loop.wall == Seconds(1.375));
    CHECK(profile->run.wall == Seconds(2.0));
    CHECK(profile->run.exit_code == 1);
    CHECK(profile->host.rung == Rung::none);
    CHECK(is_missing(*profile, "GIL"));
}

TEST_CASE("a report of pytest-timing that is not one is refused with its place") {
    CHECK(because(import_timing(R"({"tests": []})", "t")) == "run is missing");
    CHECK(
        because(import_timing(R"({"tests": [{"outcome": "passed"}]})", "t"))
        == "tests[0].nodeid is missing"
    );
    CHECK(
        because(import_timing(
            R"({"tests": [{"nodeid": "a", "outcome": "passed", "phases": {"call": [1]}}]})", "t"
        ))
        == "tests[0].phases.call is not [start, stop, duration]"
    );
}

TEST_CASE("pytest-reportlog's lines become a profile with the phases of each test") {
    const std::string log =
        k_log_begins + line("a.py::one", "setup", "passed") + line("a.py::one", "call", "passed")
        + line("a.py::one", "teardown", "failed") + line("a.py::two", "setup", "passed")
        + line("a.py::two", "call", "skipped", R"(, "wasxfail": "")")
        + line("a.py::three", "call", "failed") + line("a.py::three", "teardown", "failed")
        + R"({"exitstatus": 1, "$report_type": "SessionFinish"})" + "\n";
    const auto profile = read_any_profile(log, "log.jsonl");
    REQUIRE(profile.has_value());
    REQUIRE(profile->tests.size() == 3);
    CHECK(profile->tests[0].outcome == TestOutcome::error);
    CHECK(profile->tests[0].total().wall == Seconds(0.75));
    CHECK(profile->tests[0].teardown.wall == Seconds(0.25));
    CHECK(profile->tests[1].outcome == TestOutcome::xfailed);
    CHECK(profile->tests[2].outcome == TestOutcome::failed);
    CHECK(profile->run.wall == Seconds(1.75));
    CHECK(profile->run.complete);
    CHECK(profile->run.exit_code == 1);
}

TEST_CASE("a log without the session's end is incomplete, and says what was running") {
    const std::string log =
        k_log_begins + line("a.py::one", "setup", "passed") + line("a.py::one", "call", "passed")
        + line("a.py::one", "teardown", "passed") + line("a.py::two", "setup", "passed");
    const auto profile = import_report_log(log, "log");
    REQUIRE(profile.has_value());
    CHECK(profile->tests[0].outcome == TestOutcome::passed);
    CHECK(profile->tests[1].outcome == TestOutcome::interrupted);
    CHECK_FALSE(profile->run.complete);
    CHECK(profile->run.incomplete_because == "the log ends before the session does");
    CHECK_FALSE(profile->run.exit_code);
}

TEST_CASE("a log that broke off within its last line is read up to it") {
    const std::string whole = k_log_begins + line("a.py::one", "call", "passed");
    const auto profile = import_report_log(whole + R"({"nodeid": "a.py)", "log");
    REQUIRE(profile.has_value());
    CHECK(profile->tests.size() == 1);
    CHECK(because(import_report_log(k_log_begins + "{\n" + whole, "log")).starts_with("line 2: "));
    CHECK(because(import_report_log(k_log_begins, "log")) == "it holds no tests");
}
