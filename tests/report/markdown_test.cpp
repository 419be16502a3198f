#include "advisor/report/markdown.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "report/markdown_table.hpp"
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

}  // namespace

TEST_CASE("an advice is a headline, a command and a table, the long one folded") {
    const std::string text = as_markdown(sample::advice());
    CHECK(text.starts_with("## 6 processes, worksteal: 41.2 s (37.1-45.3) instead of 172.4 s\n\n"
                           "```sh\npython -m pytest -n 6 --dist worksteal tests\n```\n\n"));
    CHECK(has(text, "| rank | configuration | seconds |"));
    CHECK(has(text, "| ---: | :--- | ---: |"));
    CHECK(has(text, "| **1 (tied)** | **6 processes, worksteal** | **41.2 (37.1-45.3)** |"));
    CHECK(has(text, "<details>\n<summary>All 12 predictions</summary>\n\n| rank |"));
    CHECK(has(text, "- **breaks** Five tests write /tmp/state.db. (shared-file)\n"));
    CHECK(text.find("**breaks**") < text.find("**slows**"));
}

TEST_CASE("every row of a table has as many bars as its header") {
    // Two hostile ids: a row is | a | b |, three bars that are not escaped.
    const std::string text =
        report::markdown::table({{"a"}, {"b"}}, {{{sample::hostile_id()}, {"x\ny"}}});
    CHECK(count(text, "\n") == 4);
    CHECK(count(text, "|") - count(text, "\\|") == 9);
    CHECK(has(text, "x\\\\x0ay"));
}

TEST_CASE("no hostile text is markup") {
    for (const std::string& text :
         {as_markdown(sample::hostile_advice()),
          as_markdown(sample::hostile_profile()),
          as_markdown(sample::hostile_outcome()),
          as_markdown(sample::hostile_verdict()),
          as_markdown(sample::hostile_plan()),
          as_markdown(sample::hostile_manifest()),
          as_markdown(sample::hostile_doctor())}) {
        CHECK(!has(text, "\x1b"));
        CHECK(!has(text, "<script>"));
        CHECK(has(text, "\\<script\\>"));
        CHECK(count(text, "`x`") == 0);
    }
}

TEST_CASE("a verification and a calibration have their tables") {
    const std::string verified = as_markdown(sample::verification());
    CHECK(verified.starts_with("## "));
    CHECK(has(verified, "| configuration | predicted s |"));
    const std::string calibrated = as_markdown(sample::parameters());
    CHECK(calibrated.starts_with("## Calibration\n\n"));
    CHECK(has(calibrated, "| cost | value | meaning |"));
}

TEST_CASE("a fence is longer than any run of backticks in it") {
    CHECK(report::markdown::code_block("a ``` b") == "````sh\na ``` b\n````\n\n");
}

TEST_CASE("the other documents carry their verdict in the first lines") {
    CHECK(as_markdown(sample::verdict()).starts_with("## REGRESSION\n\n"));
    CHECK(as_markdown(sample::doctor()).starts_with("## Doctor: fail\n\n"));
    CHECK(as_markdown(sample::outcome()).starts_with("**predicted 12.1 s (11.0-13.4), measured "));
    CHECK(as_markdown(sample::profile()).starts_with("## 2 tests in 10.0 s sequentially\n\n"));
    CHECK(has(as_markdown(sample::plan()), "| **small** | **2** | **2** | **2 processes, load** |")
    );
    RunOutcome lossy = sample::outcome();
    lossy.conservation.lost = {"tests/a.py::test_gone"};
    CHECK(as_markdown(lossy).starts_with("### LOST"));
}

TEST_CASE("how much of the waits was seen whole is said where any was") {
    Profile profile = sample::profile();
    profile.sampling.emplace().waits = {{WaitReason::disk, std::nullopt, Seconds(4), Seconds(0)}};
    CHECK_FALSE(has(as_markdown(profile), "of the blocked time is by waits"));
    profile.sampling->seen_whole = Seconds(3.6);
    CHECK(has(as_markdown(profile), "\n90 % of the blocked time is by waits that were seen"));
}

TEST_CASE("a profile has the columns that its text has") {
    Profile profile = sample::profile();
    CHECK(has(as_markdown(profile), "| test | seconds | CPU |\n"));
    profile.tests[0].setup.core_wait = profile.tests[0].teardown.core_wait =
        profile.tests[0].call.core_wait = profile.fixtures[0].setup.core_wait =
            profile.fixtures[0].teardown.core_wait = {Seconds(0), Source::measured};
    CHECK(has(as_markdown(profile), "| test | seconds | CPU | for a core | blocked |"));
    CHECK(has(as_markdown(profile), "| fixture | scope | set-ups | each | seconds |"));
    profile.fixtures.push_back(profile.fixtures.front());
    CHECK(has(as_markdown(profile), "| db | session | 2 | 2.50 | 5.00 |"));
    profile.tests[0].wall_spread = 0.12;
    const std::string text = as_markdown(profile);
    CHECK(has(text, "| test | seconds | spread | CPU | for a core | blocked |"));
    CHECK(has(text, "| 3.00 | 12 % | 2.00 | 0.00 | 1.00 |"));
    CHECK(has(text, "| 1.50 |  | 0.25 | 0.25 |"));
}

TEST_CASE("a profile names what was left behind and what advisor had to end") {
    Profile profile = sample::profile();
    CHECK_FALSE(has(as_markdown(profile), "Left behind"));
    profile.run.ended = {"sleep 600", "x"};
    CHECK(has(as_markdown(profile), "2 processes still ran a second after pytest had ended"));
    profile.leftovers = Leftovers{{{{0}, {0}, {}, {1, 2, 0}}}, {"thread serve"}};
    CHECK(has(as_markdown(profile), "- thread serve\n\n2 processes still ran"));
}

TEST_CASE("a run says what was ended, what differed and what was left behind, as its text does") {
    RunOutcome outcome = sample::outcome();
    outcome.stalls = {
        {"a.py::x", "gw0", 90_s, 1_s, "Thread 1 (most recent call first):\n  File a"}};
    outcome.deadline = 60_s;
    outcome.at_deadline = {{"a.py::y", "", 5_s, std::nullopt, ""}};
    outcome.surprises = {{"a.py::z", 1_s, 2_s}};
    outcome.new_tests = 2;
    outcome.left_behind = 1;
    const std::string text = as_markdown(outcome);
    CHECK(text.starts_with("### STALLED\\: a.py\\:\\:x on gw0 ran for 90"));
    CHECK(has(text, "- Thread 1 (most recent call first)\\:\n"));
    CHECK(has(text, "### RUNNING AT THE DEADLINE OF 60"));
    CHECK(has(text, "### Surprises\n\n- a.py\\:\\:z took 2"));
    CHECK(has(text, "2 tests are not in the recording"));
    CHECK(has(text, "1 process outlived the run and was ended"));
}

TEST_CASE("the same values give the same Markdown") {
    CHECK(as_markdown(sample::advice()) == as_markdown(sample::advice()));
    CHECK(as_markdown(sample::plan()) == as_markdown(sample::plan()));
}
