// Findings and reasons, made from a profile and predictions as values.

#include <advisor/advise/advise.hpp>
#include <advisor/base/text.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "advise/build.hpp"
#include "advise/findings.hpp"
#include "advise/options.hpp"
#include "advise/reason.hpp"
#include "advise/rework.hpp"

using namespace advisor;
using building::configuration;
using building::cost;
using building::prediction;
using building::Suite;

namespace {

constexpr Preferences k_preferences{0.0, Bytes(std::int64_t{16} << 30)};

struct Told {
    std::string recommended;
    std::string reason;
    std::vector<Finding> findings;

    [[nodiscard]] const Finding* find(const std::string& code) const {
        const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& each) {
            return each.code == code;
        });
        return found == findings.end() ? nullptr : &*found;
    }
};

/// So many, of which all were merged.
Repeats repeats(std::uint32_t runs) {
    Repeats all;
    all.runs = runs;
    return all;
}

double number(const Finding& finding, const std::string& key) {
    for (const auto& [name, value] : finding.numbers) {
        if (name == key) {
            return value;
        }
    }
    FAIL("no number " << key);
    return 0.0;
}

Told told(
    const Profile& profile,
    const std::vector<Prediction>& predictions,
    const Ability& ability = {true, true, true, true, "", "", "", ""},
    const ModelParameters& parameters = {}
) {
    Told result;
    result.recommended = recommended(predictions, k_preferences);
    const Comparison comparison =
        compare(predictions, result.recommended, shares_of(profile), k_preferences);
    result.reason = reason_of(profile, comparison);
    const Rework rework =
        rework_of(profile, parameters, prediction_options(profile.interpreter, 1), comparison);
    result.findings = findings_of(profile, parameters, predictions, comparison, rework, ability);
    return result;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// 99 tests of 1 s and 1 s of start: 100 s, as building::prediction() has it.
Suite hundred_seconds() {
    Suite suite(4);
    suite.tests("a.py", 99, 1.0);
    return suite;
}

std::vector<Prediction> four_workers() {
    return {prediction("sequential", 100), prediction("processes=4,dist=load", 28)};
}

}  // namespace

TEST_CASE("a healthy suite on a healthy machine has no finding") {
    CHECK(told(hundred_seconds().profile(), four_workers()).findings.empty());
}

TEST_CASE("the reason gives the walls, the gain and the bound of what is recommended") {
    auto predictions = four_workers();
    predictions[1].bound_by = Bound::longest_test;
    predictions[1].bound_subject = "a.py::test_7";
    const Told all = told(hundred_seconds().profile(), predictions);
    CHECK(all.recommended == "processes=4,dist=load");
    CHECK(contains(all.reason, "4 processes, load would take 28"));
    CHECK(contains(all.reason, "instead of " + format_seconds(Seconds(100))));
    CHECK(contains(all.reason, "3.6 times"));  // 100 / 28 = 3.57
    CHECK(contains(all.reason, "bound by the longest test a.py::test_7"));
}

TEST_CASE("the reason says what threads would bring, by the GIL or by what is known instead") {
    auto predictions = four_workers();
    predictions.push_back(prediction("threads=4", 95));
    Suite suite = hundred_seconds();
    CHECK(contains(told(suite.profile(), predictions).reason, "100 % of the tests' time computes"));
    for (TestCost& test : suite.made.tests) {
        test.call.gil_held = {Seconds(0.88), Source::sampled};
    }
    const std::string reason = told(suite.profile(), predictions).reason;
    CHECK(contains(reason, "4 threads would take 95"));
    CHECK(contains(reason, "88 % of the tests' time holds the GIL"));
}

TEST_CASE("a team that stays with stock xdist reads its best configuration") {
    auto predictions = four_workers();
    predictions.push_back(prediction("processes=4,dist=planned", 26));
    const Told all = told(hundred_seconds().profile(), predictions);
    CHECK(all.recommended == "processes=4,dist=planned");
    CHECK(contains(all.reason, "best of unmodified pytest-xdist is 4 processes, load with 28"));
}

TEST_CASE("a suite that parallel runs would slow down is told to stay, with the cause") {
    Suite suite(2);
    suite.tests("a.py", 20, 0.01);
    auto sequential = prediction("sequential", 1.2);
    sequential.speedup = {1.0, 1.0, 1.0};
    const Told all = told(suite.profile(), {sequential, prediction("processes=2,dist=load", 1.9)});
    CHECK(all.recommended == "sequential");
    CHECK(contains(all.reason, "Do not parallelise"));
    CHECK(contains(all.reason, "each worker starts and collects for 1"));
}

TEST_CASE("a suite without anything to spread says so") {
    Suite suite(2);
    suite.test("a.py::only", 5.0);
    CHECK(
        contains(told(suite.profile(), {prediction("sequential", 100)}).reason, "nothing to spread")
    );
}

TEST_CASE("a missing xdist is a finding with the command that installs it") {
    auto predictions = four_workers();
    predictions[1].can_run = false;
    predictions[1].cannot_run_because = "pytest-xdist is not installed";
    const Told all = told(hundred_seconds().profile(), predictions, Ability{});
    CHECK(all.recommended == "sequential");
    CHECK(contains(all.reason, "Only sequential can run here"));
    const Finding* missing = all.find("xdist-missing");
    REQUIRE(missing != nullptr);
    CHECK(missing->fix == "/venv/bin/python -m pip install pytest-xdist");
    CHECK(number(*missing, "wall_s") == doctest::Approx(28.0));
}

TEST_CASE("a missing xdist that would gain nothing is not mentioned") {
    const Told all = told(
        hundred_seconds().profile(),
        {prediction("sequential", 100), prediction("processes=4,dist=load", 95)},
        Ability{}
    );
    CHECK(all.find("xdist-missing") == nullptr);
}

TEST_CASE("a test longer than an even share is named, one just below is not") {
    Suite suite(4);
    suite.tests("a.py", 60, 1.0);
    suite.test("b.py::long", 39.0);  // an even share is 99 / 4 = 24.75 s
    const Told all = told(suite.profile(), four_workers());
    const Finding* finding = all.find("long-test");
    REQUIRE(finding != nullptr);
    CHECK(finding->subjects == std::vector<std::string>{"b.py::long"});
    CHECK(number(*finding, "longest_s") == doctest::Approx(39.0));
    CHECK(number(*finding, "even_share_s") == doctest::Approx(24.75));

    Suite even(4);
    even.tests("a.py", 75, 1.0);
    even.test("b.py::long", 24.0);
    CHECK(told(even.profile(), four_workers()).find("long-test") == nullptr);
}

TEST_CASE("a split of the longest test saves what a simulation of the suite so split says") {
    Suite suite(4);
    suite.tests("a.py", 60, 1.0);
    suite.test("b.py::long", 0.0, 40.0);
    const Told all = told(suite.profile(), four_workers());
    const Finding* finding = all.find("long-test");
    REQUIRE(finding != nullptr);
    // `load` deals it last; two halves of 20 s end on two workers side by side.
    CHECK(number(*finding, "split_saves_s") > 15.0);
    CHECK(contains(finding->message, "split in two, it would save"));
}

TEST_CASE("a session fixture costs what each further worker sets up") {
    Suite suite = hundred_seconds();
    suite.fixture("db", Scope::session, 3.0, building::all_tests(suite.made));
    const Told all = told(suite.profile(), four_workers());
    const Finding* finding = all.find("fixture-repeated");
    REQUIRE(finding != nullptr);
    CHECK(finding->subjects == std::vector<std::string>{"db"});
    CHECK(number(*finding, "further_setups") == 3.0);
    CHECK(number(*finding, "further_s") == doctest::Approx(9.0));
    // Each worker sets it up while the others do.
    CHECK(number(*finding, "free_saves_s") == doctest::Approx(3.0).epsilon(0.05));
    CHECK(contains(finding->message, "doing without it would save 3"));
    CHECK(contains(finding->fix, "between the workers"));
}

TEST_CASE("a module fixture is told what session scope would save") {
    // Seven files of 12 tests of 1 s, and a fixture of 3 s: 21 tests each cut files in two.
    Suite suite(4);
    std::uint32_t fixture = 0;
    for (std::uint32_t file = 0; file < 7; ++file) {
        const std::string name = "f" + std::to_string(file) + ".py";
        suite.tests(name, 12, 1.0);
        std::vector<std::uint32_t> users(12);
        std::iota(users.begin(), users.end(), file * 12);
        if (file == 0) {
            fixture = suite.fixture("tables", Scope::module, 3.0, users);
        } else {
            suite.again(fixture, 3.0, users);
        }
    }
    for (const std::string spec : {"processes=4,dist=load", "forked=4"}) {
        const Told all =
            told(suite.profile(), {prediction("sequential", 100), prediction(spec, 40)});
        const Finding* finding = all.find("fixture-repeated");
        CAPTURE(spec);
        REQUIRE(finding != nullptr);
        CHECK(number(*finding, "sequential_setups") == 7.0);
        CHECK(number(*finding, "further_setups") >= 1.0);
        // One for each worker instead of two and more.
        CHECK(number(*finding, "session_scope_saves_s") >= 3.0);
        CHECK(contains(finding->message, "session scope would save"));
        // The ranking has weighed every distribution already.
        CHECK(!contains(finding->fix, "--dist"));
    }
}

TEST_CASE("a fixture that no worker repeats is named where its time is the run's") {
    Suite suite(4);
    suite.tests("a.py", 40, 1.0);
    suite.test("b.py::slow", 1.0);
    suite.fixture("cluster", Scope::module, 20.0, {40});
    const Told all = told(
        suite.profile(), {prediction("sequential", 100), prediction("processes=4,dist=load", 32)}
    );
    const Finding* finding = all.find("slow-fixture");
    REQUIRE(finding != nullptr);
    CHECK(finding->subjects == std::vector<std::string>{"cluster"});
    CHECK(number(*finding, "free_saves_s") > 5.0);
}

TEST_CASE("nobody is told to widen what pytest makes of setup_module") {
    Suite suite = hundred_seconds();
    suite.fixture(
        "_xunit_setup_module_fixture_a", Scope::module, 3.0, building::all_tests(suite.made)
    );
    const Told all = told(suite.profile(), four_workers());
    const Finding* finding = all.find("fixture-repeated");
    REQUIRE(finding != nullptr);
    CHECK(!contains(finding->message, "session scope"));
    CHECK(finding->fix == "make it cheaper");
}

TEST_CASE("a cheap fixture is not worth a line") {
    Suite suite = hundred_seconds();
    suite.fixture("db", Scope::session, 0.5, building::all_tests(suite.made));
    // 0.5 s of 28 s: less than 3 %.
    CHECK(told(suite.profile(), four_workers()).find("fixture-repeated") == nullptr);
}

TEST_CASE("a start that is most of the run is a finding") {
    Suite suite(4);
    suite.made.session.collection = cost(49.0);
    suite.tests("a.py", 50, 1.0);
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("start-dominates") != nullptr);
    CHECK(number(*all.find("start-dominates"), "start_s") == doctest::Approx(50.0));
}

TEST_CASE("tiny tests are a finding where the runner's own cost shows") {
    Suite suite(4);
    suite.tests("a.py", 10000, 0.002);
    ModelParameters parameters;
    parameters.worker_test_cpu = Seconds(0.0004);
    parameters.controller_test_cpu = Seconds(0.0006);
    // 10000 * 1 ms = 10 s, beside 20 s of tests
    const Told all =
        told(suite.profile(), four_workers(), {true, true, true, true, "", "", "", ""}, parameters);
    REQUIRE(all.find("tiny-tests") != nullptr);
    CHECK(number(*all.find("tiny-tests"), "runner_s") == doctest::Approx(10.0));
    CHECK(number(*all.find("tiny-tests"), "mean_test_s") == doctest::Approx(0.002));
}

TEST_CASE("failing tests are named and come first") {
    Suite suite = hundred_seconds();
    suite.made.tests[5].outcome = TestOutcome::failed;
    suite.made.run.exit_code = 1;
    suite.made.host.rung = Rung::none;
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.findings.size() == 2);
    CHECK(all.findings[0].code == "failing-suite");
    CHECK(all.findings[0].severity == Severity::breaks);
    CHECK(all.findings[0].subjects == std::vector<std::string>{"a.py::test_5"});
    CHECK(all.findings[1].code == "times-only");
}

TEST_CASE("an incomplete and a disturbed profile are findings") {
    Suite suite = hundred_seconds();
    suite.made.run.complete = false;
    suite.made.run.incomplete_because = "the suite was killed by signal 9";
    suite.made.tests[98].outcome = TestOutcome::not_run;
    suite.made.disturbance.steal_fraction = {0.08, Source::measured};
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("incomplete-profile") != nullptr);
    CHECK(number(*all.find("incomplete-profile"), "not_run") == 1.0);
    CHECK(contains(all.find("incomplete-profile")->message, "signal 9"));
    REQUIRE(all.find("disturbed-profile") != nullptr);
    CHECK(number(*all.find("disturbed-profile"), "steal_fraction") == doctest::Approx(0.08));
}

TEST_CASE("what several runs of a suite disagree on is a finding") {
    Suite suite = hundred_seconds();
    suite.made.repeats = repeats(5);
    suite.made.repeats->incomplete = suite.made.repeats->disturbed = 1;
    suite.made.repeats->unsteady = {
        {"a.py::test_1", {{"failed", 1}, {"passed", 4}}, 0}, {"a.py::new", {{"passed", 2}}, 2}};
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("flaky-tests") != nullptr);
    CHECK(all.find("flaky-tests")->subjects == std::vector<std::string>{"a.py::test_1"});
    CHECK(number(*all.find("flaky-tests"), "runs") == 5.0);
    REQUIRE(all.find("unsteady-collection") != nullptr);
    CHECK(all.find("unsteady-collection")->subjects == std::vector<std::string>{"a.py::new"});
    REQUIRE(all.find("runs-left-out") != nullptr);
    CHECK(contains(all.find("runs-left-out")->message, "medians of 3 of 5 runs"));
}

TEST_CASE("an order of collection that changes is a finding, unless a plugin shuffles") {
    Suite suite = hundred_seconds();
    suite.made.repeats = repeats(3);
    suite.made.repeats->orders = 2;
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("unsteady-order") != nullptr);
    CHECK(number(*all.find("unsteady-order"), "orders") == 2.0);
    suite.made.run.command = {"pytest", "--ff"};
    CHECK(told(suite.profile(), four_workers()).find("unsteady-order") == nullptr);
    suite.made.run.command.clear();
    suite.made.interpreter.plugins = {{"pytest-randomly", "3.15"}};
    CHECK(told(suite.profile(), four_workers()).find("unsteady-order") == nullptr);
}

TEST_CASE("runs that took very different times are a finding") {
    Suite suite = hundred_seconds();
    suite.made.repeats = repeats(2);
    suite.made.repeats->shortest = Seconds(3.3);
    suite.made.repeats->longest = Seconds(65.6);
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("unlike-runs") != nullptr);
    CHECK(contains(all.find("unlike-runs")->message, "(3.3 s to 65.6 s)"));
    CHECK(number(*all.find("unlike-runs"), "longest_wall_s") == 65.6);
}

TEST_CASE("runs of a suite that agree are no finding") {
    Suite suite = hundred_seconds();
    suite.made.repeats = repeats(3);
    suite.made.repeats->shortest = Seconds(10);
    suite.made.repeats->longest = Seconds(12);
    const Told all = told(suite.profile(), four_workers());
    for (const char* code :
         {"flaky-tests", "unsteady-collection", "unsteady-order", "runs-left-out", "unlike-runs"}) {
        CHECK(all.find(code) == nullptr);
    }
}

TEST_CASE("a suite of which another test fails each time is flaky, not failing") {
    Suite suite = hundred_seconds();
    suite.made.run.exit_code = 1;
    CHECK(told(suite.profile(), four_workers()).find("failing-suite") != nullptr);
    suite.made.repeats = repeats(3);
    suite.made.repeats->unsteady = {{"a.py::x", {{"failed", 1}, {"passed", 2}}, 0}};
    const Told all = told(suite.profile(), four_workers());
    CHECK(all.find("failing-suite") == nullptr);
    CHECK(all.find("flaky-tests") != nullptr);
}

TEST_CASE("a faster way that does not fit the memory is named with what it needs") {
    auto predictions = four_workers();
    predictions.push_back(prediction("processes=16,dist=load", 20));
    predictions.back().peak_memory = Bytes(std::int64_t{15} << 30);
    const Told all = told(hundred_seconds().profile(), predictions);
    CHECK(all.recommended == "processes=4,dist=load");
    REQUIRE(all.find("memory-limit") != nullptr);
    CHECK(all.find("memory-limit")->subjects.front() == "processes=16,dist=load");
}

TEST_CASE("a quota below the visible cores is a finding, for -n auto does not see it") {
    Suite suite = hundred_seconds();
    suite.made.host.cpu_quota = {2.0, Source::measured};
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("cpu-quota") != nullptr);
    CHECK(contains(all.find("cpu-quota")->fix, "-n 4"));
    suite.made.host.cpu_quota = {4.0, Source::measured};
    CHECK(told(suite.profile(), four_workers()).find("cpu-quota") == nullptr);
}

TEST_CASE("thread pools that compute beside the tests are a finding") {
    Suite suite = hundred_seconds();
    for (TestCost& test : suite.made.tests) {
        test.call = cost(0.5, 0.5);
        test.call.other_threads_cpu = Seconds(0.4);
    }
    const Told all = told(suite.profile(), four_workers());
    REQUIRE(all.find("thread-pools") != nullptr);
    CHECK(number(*all.find("thread-pools"), "helper_cpu_s") == doctest::Approx(39.6));
    CHECK(contains(all.find("thread-pools")->fix, "OMP_NUM_THREADS=1"));
}

TEST_CASE("threads that cannot run here are a note where they would be clearly faster") {
    auto predictions = four_workers();
    predictions.push_back(prediction("threads=8", 15));
    predictions.back().can_run = false;
    predictions.back().cannot_run_because = "pytest 9 is needed";
    const Told all = told(hundred_seconds().profile(), predictions);
    CHECK(all.recommended == "processes=4,dist=load");
    REQUIRE(all.find("threads-would-bring") != nullptr);
    CHECK(contains(all.find("threads-would-bring")->message, "pytest 9 is needed"));
    predictions.back() = prediction("threads=8", 27.5);
    predictions.back().can_run = false;
    CHECK(told(hundred_seconds().profile(), predictions).find("threads-would-bring") == nullptr);
}

TEST_CASE("threads that nobody has tried are a note where they would be clearly faster") {
    auto predictions = four_workers();
    predictions.push_back(prediction("threads=8", 15));
    const Told all = told(hundred_seconds().profile(), predictions);
    CHECK(all.recommended == "processes=4,dist=load");
    REQUIRE(all.find("threads-would-bring") != nullptr);
    CHECK(all.find("threads-would-bring")->fix == "advisor verify --configuration threads=8");
}

TEST_CASE("the best of a kind is chosen by the rule that chooses among all") {
    // 28 and 27.5 s tie, and 4 workers are fewer than 16.
    auto predictions = four_workers();
    predictions.push_back(prediction("processes=16,dist=load", 27.5));
    predictions.push_back(prediction("processes=4,dist=planned", 20));
    const Comparison comparison = compare(
        predictions, "processes=4,dist=planned", shares_of(Suite().profile()), k_preferences
    );
    CHECK(comparison.stock == &predictions[1]);
    CHECK(comparison.parallel == &predictions[3]);
    CHECK(comparison.forked == nullptr);
}
