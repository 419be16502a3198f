#include "advisor/report/export.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "report/html_parts.hpp"
#include "report/json_text.hpp"
#include "report/sample.hpp"

using namespace advisor;
using namespace advisor::literals;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

struct Event {
    double begin = 0;
    double end = 0;
    int track = 0;
};

/// The number behind `key` from `at` on.
double number_after(const std::string& text, std::string_view key, std::size_t at) {
    return std::stod(text.substr(text.find(key, at) + key.size(), 24));
}

std::vector<Event> complete_events(const std::string& trace) {
    std::vector<Event> events;
    constexpr std::string_view k_mark = R"("ph":"X")";
    for (std::size_t at = trace.find(k_mark); at != std::string::npos;
         at = trace.find(k_mark, at + 1)) {
        const double begin = number_after(trace, R"("ts":)", at);
        const double end = begin + number_after(trace, R"("dur":)", at);
        events.push_back({begin, end, static_cast<int>(number_after(trace, R"("tid":)", at))});
    }
    return events;
}

/// Two spans of one track share no moment, or one holds the other; to a nanosecond.
bool all_nest(const std::vector<Event>& events) {
    constexpr double k_slack_us = 0.001;
    for (const Event& a : events) {
        for (const Event& b : events) {
            const bool overlap = a.track == b.track && a.begin < b.begin - k_slack_us
                                 && b.begin < a.end - k_slack_us && b.end > a.end + k_slack_us;
            if (overlap) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

TEST_CASE("tests are one a line, quoted where CSV needs it, empty where not measured") {
    CHECK(
        tests_csv(sample::profile())
        == "id,outcome,wall_s,cpu_s,core_wait_s,blocked_s,gil_s,peak_rss_bytes\n"
           "tests/test_a.py::test_one,passed,3.000000,2.000000,,,,1048576\n"
           "\"tests/test_a.py::test_two[1,2]\",failed,1.500000,0.250000,0.250000,1.000000,,"
           "1048576\n"
    );
}

TEST_CASE("each event that was counted is a column, empty for a test that never ran") {
    Profile profile = sample::profile();
    profile.counted = {"LLC-LOAD-MISSES", "a,b"};
    profile.tests[0].counts = {12, 9'000'000'000'000};
    const std::string csv = tests_csv(profile);
    CHECK(has(csv, ",peak_rss_bytes,llc_load_misses,\"a,b\"\n"));
    CHECK(has(csv, ",1048576,12,9000000000000\n"));
    CHECK(has(csv, ",1048576,,\n"));
}

TEST_CASE("a test that never started and CPU that was not read have no numbers") {
    Profile profile = sample::profile();
    profile.host.rung = Rung::none;
    profile.tests[0].outcome = TestOutcome::not_run;
    profile.tests[0].peak_rss = Bytes(0);
    const std::string csv = tests_csv(profile);
    CHECK(has(csv, "tests/test_a.py::test_one,not_run,,,,,,\n"));
    CHECK(has(csv, "failed,1.500000,,0.250000,,,1048576\n"));
}

TEST_CASE("an id that looks like a formula is quoted and keeps its bytes") {
    Profile profile = sample::profile();
    for (const char* id : {"=1+1", "+1", "-1", "@x", "say \"hi\""}) {
        profile.tests[0].id = id;
        std::string quoted;
        for (const char* c = id; *c != '\0'; ++c) {
            quoted += *c == '"' ? "\"\"" : std::string(1, *c);
        }
        CHECK(has(tests_csv(profile), "\n\"" + quoted + "\",passed,"));
    }
    profile.tests[0].id = "a\nb";
    CHECK(has(tests_csv(profile), "\na\\x0ab,passed,"));
}

TEST_CASE("a trace has the parts of the session, tests with phases, and fixtures") {
    const std::string trace = as_trace(sample::profile());
    // The first test begins at 2 s, sets up db for 2 s, and calls for 3 s.
    CHECK(
        has(trace,
            R"({"name":"call","cat":"phase","ph":"X","pid":1,"tid":1,"ts":4000000,"dur":3000000})")
    );
    CHECK(
        has(trace,
            R"({"name":"db","cat":"fixture","ph":"X","pid":1,"tid":1,"ts":2000000,"dur":2000000})")
    );
    // Its tear-down at 8.5 s lies within the second test, which calls from 7 to 8.5 s.
    CHECK(has(
        trace,
        R"({"name":"db teardown","cat":"fixture","ph":"X","pid":1,"tid":1,"ts":8500000,"dur":500000})"
    ));
    for (const char* part : {"start", "configure", "collection", "loop", "finish", "exit"}) {
        CHECK(has(trace, std::string(R"({"name":")") + part + R"(","cat":"session")"));
    }
    CHECK(trace.starts_with(R"({"displayTimeUnit":"ms","traceEvents":[{"name":"process_name")"));
}

TEST_CASE("events of one track nest, even where clocks disagree") {
    Profile profile = sample::profile();
    CHECK(all_nest(complete_events(as_trace(profile))));
    // Set-up of the fixture outlives the call, and the loop ends before the last test does.
    profile.fixtures[0].setup_begin = 6.5_s;
    profile.session.loop.wall = 5_s;
    const std::vector<Event> events = complete_events(as_trace(profile));
    CHECK(all_nest(events));
    CHECK(std::any_of(events.begin(), events.end(), [](const Event& e) { return e.track > 1; }));
}

TEST_CASE("JSON strings hold no markup, controls or invalid bytes") {
    CHECK(report::json_string("a\"b\\c") == R"("a\"b\\c")");
    CHECK(report::json_string("</script>&") == R"("\u003c/script\u003e\u0026")");
    CHECK(report::json_string("\x01\xff\n") == R"("\\x01\\xff\\x0a")");
    CHECK(report::json_number(1.0 / 0.0) == "null");
    const std::string trace = as_trace(sample::hostile_profile());
    CHECK(!has(trace, "<"));
    CHECK(!has(trace, "\x1b"));
}

TEST_CASE("the page loads nothing and admits only its own style and script") {
    const std::string page = as_html(sample::advice());
    CHECK(has(page, "content=\"default-src 'none'; "));
    CHECK(has(page, "script-src 'sha256-"));
    CHECK(!has(page, "unsafe-inline"));
    for (const char* loader :
         {"http://", "https://", "src=", "href=", "url(", "@import", " style="}) {
        CHECK_MESSAGE(!has(page, loader), loader);
    }
}

TEST_CASE("the page has the answer, the ranking and a table under each chart without script") {
    const std::string page = as_html(sample::advice());
    CHECK(has(page, "<h1>6 processes, worksteal: 41.2 s instead of 172.4 s</h1>"));
    CHECK(has(page, "<code>python -m pytest -n 6 --dist worksteal tests</code>"));
    CHECK(count(page, "<svg class=\"curve\"") == 1);
    CHECK(count(page, "<table class=\"sortable\">") == 3);
    // Of processes 2, 4, 5 and 6, the faster of the two at 6; of planned 2 and 4; of forked 4 and
    // 6; of threads 4 and 8: 4 + 2 + 2 + 2 points. The fewest workers are at the left edge.
    CHECK(count(page, "<circle ") == 10);
    CHECK(has(page, R"(cx="56.0")"));
    CHECK(has(page, "<li class=\"breaks\">"));
    CHECK(has(page, R"("recommended":"processes=6,dist=worksteal")"));
}

TEST_CASE("a series holds the fastest configuration of its mode at each count") {
    const Advice advice = sample::advice();
    const auto series = report::html::series_of(advice);
    REQUIRE(series.size() == 4);
    CHECK(series[0].mode == "processes");
    REQUIRE(series[0].points.size() == 4);
    CHECK(spec(series[0].points[3]->configuration) == "processes=6,dist=worksteal");
    CHECK(series[1].mode == "planned");
    CHECK(series[1].points.size() == 2);
}

TEST_CASE("no hostile text is markup on the page, and it fills no hole of the template") {
    const std::string page = as_html(sample::hostile_advice());
    CHECK(!has(page, "<script>alert"));
    CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    CHECK(has(page, "{{data}}yyy"));
    CHECK(!has(page, "\x1b"));
    // The page's own: the island and the script.
    CHECK(count(page, "<script") == 2);
    CHECK(count(page, "</script>") == 2);
}

TEST_CASE("an empty advice and an empty profile are still documents") {
    CHECK(has(as_html(Advice{}), "<h1>No configuration could be recommended</h1>"));
    CHECK(has(as_trace(Profile{}), "\"traceEvents\":["));
    CHECK(count(tests_csv(Profile{}), "\n") == 1);
}

TEST_CASE("the same values give the same exported bytes") {
    CHECK(as_html(sample::advice()) == as_html(sample::advice()));
    CHECK(as_trace(sample::profile()) == as_trace(sample::profile()));
}
