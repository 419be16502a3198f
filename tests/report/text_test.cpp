#include "advisor/report/text.hpp"

#include <advisor/report/markdown.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "report/display.hpp"
#include "report/sample.hpp"

using namespace advisor;
using namespace advisor::literals;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::vector<std::string> hostile_texts(const TextStyle& style) {
    return {
        as_text(sample::hostile_advice(), style),
        as_text(sample::hostile_profile(), style),
        as_text(sample::hostile_outcome(), style),
        as_text(sample::hostile_verdict(), style),
        as_text(sample::hostile_plan(), style),
        as_text(sample::hostile_manifest(), style),
        as_text(sample::hostile_doctor(), style)};
}

std::vector<std::string> texts(const TextStyle& style) {
    return {
        as_text(sample::advice(), style),
        as_text(sample::profile(), style),
        as_text(sample::outcome(), style),
        as_text(sample::verdict(), style),
        as_text(sample::plan(), style),
        as_text(sample::manifest(), style),
        as_text(sample::doctor(), style),
        as_text(sample::parameters(), style),
        as_text(sample::verification(), style)};
}

const TextStyle k_ascii{false, false, false};

}  // namespace

TEST_CASE("the advice begins with the suite, the machine and the ranking") {
    const std::string text = as_text(sample::advice(), k_ascii);
    CHECK(text.starts_with(
        "412 tests in 38 files | 172.4 s sequentially | 8 cores, 32 GiB memory\n"
        "CPython 3.11.7, pytest 8.3.4, xdist 3.6.1 | measured with software events, no PMU\n"
        "\n"
        "    #  configuration           seconds        range  speed-up    range   MiB  limited by\n"
        // 41.2 +/- 10 % is 37.1-45.3; 172.4 / 41.2 = 4.18, +/- 10 % is 3.77-4.60.
        ">   1  6 processes, worksteal     41.2    37.1-45.3      4.2x  3.8-4.6  1200  fixtures: "
        "db\n"
        "=   2  6 processes, load          41.9    37.7-46.1      4.1x  3.7-4.5  1200  work\n"
    ));
}

TEST_CASE("what a disturbed recording took is told apart from a run by itself") {
    Advice disturbed = sample::advice();
    disturbed.sequential_wall = 300_s;
    CHECK(has(as_text(disturbed, k_ascii), " s sequentially when recorded (172.4 s by itself)"));
    CHECK(has(as_markdown(disturbed), "instead of 172.4 s\n"));
}

TEST_CASE("the order is explained where it is not that of the walls") {
    Advice advice = sample::advice();
    CHECK_FALSE(has(as_text(advice, k_ascii), "almost equal"));
    advice.predictions[0].wall.mid = 42_s;
    CHECK(has(as_text(advice, k_ascii), "; of almost equal walls that of"));
}

TEST_CASE("the first five rows, the best of each mode and what was asked for are shown") {
    const std::string text = as_text(sample::advice(), k_ascii);
    // Best of its mode but below the fifth: planned (7), threads (10), sequential (12).
    CHECK(has(text, "    7  4 processes, planned "));
    CHECK(has(text, "~  10  4 threads "));
    CHECK(has(text, "   12  sequential "));
    // Ranks 6, 8, 9 and 11 are neither.
    CHECK(!has(text, "4 forked workers"));
    CHECK(!has(text, "8 threads"));
    CHECK(has(text, "; 4"));  // and then the line ends
    CHECK(has(text, "more with --all\n"));

    Advice asked = sample::advice();
    asked.predictions[5].asked_for = true;
    CHECK(has(as_text(asked, k_ascii), "    6  4 forked workers "));

    const std::string all = as_text(sample::advice(), {false, false, true});
    CHECK(has(all, "    6  4 forked workers "));
    CHECK(!has(all, "more with --all"));
}

TEST_CASE("a configuration that cannot be run here is marked and says why") {
    const std::string text = as_text(sample::advice(), k_ascii);
    CHECK(has(text, " GIL\n"));
    CHECK(has(text, "  ~ predicted only: two tests use monkeypatch.chdir\n"));
}

TEST_CASE("the recommendation has its spec, its command and its reason") {
    CHECK(
        has(as_text(sample::advice(), k_ascii),
            "Recommended: 6 processes, worksteal  (processes=6,dist=worksteal)\n"
            "    python -m pytest -n 6 --dist worksteal tests\n"
            "  Six processes finish in a quarter of the time.")
    );
}

TEST_CASE("a long command is broken where a shell continues the line") {
    Advice advice = sample::advice();
    advice.predictions[0].command.assign(12, "--some-option=some-value");
    const std::string text = as_text(advice, k_ascii);
    CHECK(has(text, "    --some-option=some-value --some-option=some-value "));
    CHECK(has(text, "--some-option=some-value \\\n        --some-option=some-value"));
    CHECK(!has(text, "some-value \\\n  Six"));
}

TEST_CASE("the breakdown shows shares of the recommended time") {
    // 75 % of 41.2 s is 30.9 s, 15 % is 6.2 s, 10 % is 4.1 s; a full bar has 40 columns.
    CHECK(
        has(as_text(sample::advice(), k_ascii),
            "Where the 41.2 s go\n"
            "  tests              30.9 s  75 %  ##############################\n"
            "  fixtures repeated   6.2 s  15 %  ######\n"
            "  start of workers    4.1 s  10 %  ####\n")
    );
}

TEST_CASE("findings that break stand before findings that slow") {
    CHECK(
        has(as_text(sample::advice(), k_ascii),
            "Findings\n"
            "  breaks  Five tests write /tmp/state.db. [shared-file]\n"
            "          tests/test_a.py::test_w, tests/test_a.py::test_r, t::3 and 2 more\n"
            "          fix: use the fixture tmp_path\n"
            "  slows   One test takes 20.5 s; no schedule is faster than that. [long-test]\n")
    );
}

TEST_CASE("what was not measured is said, and where intervals come from") {
    Advice advice = sample::advice();
    CHECK(has(as_text(advice, k_ascii), "Not measured\n  instructions: this machine has no PMU\n"));
    CHECK(has(as_text(advice, k_ascii), "advisor calibrate"));
    advice.parameters.source = Source::measured;
    CHECK(!has(as_text(advice, k_ascii), "advisor calibrate"));
}

TEST_CASE("an advice from a failing suite is marked before its numbers") {
    Advice advice = sample::advice();
    advice.suite_failed = true;
    const std::string text = as_text(advice, k_ascii);
    REQUIRE(has(text, "The profiled run had failures"));
    CHECK(text.find("The profiled run had failures") < text.find("configuration"));
}

TEST_CASE("an advice without predictions says so") {
    Advice advice = sample::advice();
    advice.predictions.clear();
    CHECK(has(as_text(advice, k_ascii), "No configuration could be predicted.\n"));
}

TEST_CASE("predicted against measured has one form, without what is not known") {
    RunOutcome outcome = sample::outcome();
    CHECK(
        predicted_against_measured(outcome)
        == "predicted 12.1 s (11.0-13.4), measured 12.4 s, sequential 31.0 s"
    );
    outcome.sequential_wall.reset();
    CHECK(predicted_against_measured(outcome) == "predicted 12.1 s (11.0-13.4), measured 12.4 s");
    outcome.predicted.reset();
    CHECK(predicted_against_measured(outcome) == "measured 12.4 s");
}

TEST_CASE("a run shows how busy its workers were") {
    // 11.16 of 12.4 s is 90 %, 6.2 s is 50 %; a full bar has 30 columns.
    CHECK(
        has(as_text(sample::outcome(), k_ascii),
            "  worker  tests  boot s  busy s  busy\n"
            "  gw0       210     0.8    11.2  90 %  ###########################\n"
            "  gw1       190       -     6.2  50 %  ###############\n")
    );
}

TEST_CASE("a run slower or faster than its range says by how much") {
    RunOutcome outcome = sample::outcome();
    outcome.wall = 24.2_s;  // twice the middle
    CHECK(has(as_text(outcome, k_ascii), "slower than the predicted range (+100 % against"));
    outcome.wall = 6.05_s;
    CHECK(has(as_text(outcome, k_ascii), "faster than the predicted range (-50 % against"));
}

TEST_CASE("lost tests are the first thing a run says") {
    RunOutcome outcome = sample::outcome();
    outcome.conservation.collected = 400;
    outcome.conservation.final = 399;
    outcome.conservation.lost = {"tests/a.py::test_gone"};
    outcome.exit_code = 1;
    const std::string text = as_text(outcome, k_ascii);
    CHECK(text.starts_with(
        "LOST: 1 of 400 collected tests without a final outcome\n  tests/a.py::test_gone\n"
    ));
    CHECK(has(text, "exit code 1, where the runner said 0\n"));
    outcome.conservation.lost.clear();
    CHECK(as_text(outcome, k_ascii).starts_with("NOT CONSERVED: 400 collected tests, but 399 "));
}

TEST_CASE("a profile says where the run went and what was slow") {
    const std::string text = as_text(sample::profile(), k_ascii);
    // Two tests of 3 and 1.5 s are 45 % of 10 s; the fixture took 2 + 0.5 s.
    CHECK(has(text, "  tests                       4.5 s   45 %  ##################\n"));
    CHECK(has(text, "  fixtures of wider scope     2.5 s   25 %  ##########\n"));
    CHECK(has(text, "     3.00  2.00  tests/test_a.py::test_one\n"));
    CHECK(has(text, "     2.50        1  2.50  session  db\n"));
    // 2 + 0.25 + 0.5 s of CPU; the rest of the 7 s cannot be split, because the run-queue delay
    // of the first test was not measured.
    CHECK(has(text, "  CPU of the test thread         2.75 s  39 %"));
    CHECK(has(text, "  blocked or waiting for a core  4.25 s  61 %"));
    CHECK_FALSE(has(text, "CPU  blocked  test"));
    CHECK(has(text, "  gil_held: no GIL sampler ran\n"));
}

TEST_CASE("a sampled profile says what the GIL was held for and what was waited for") {
    Profile profile = sample::profile();
    Sampling sampling;
    sampling.samples = 4120;
    sampling.gil_held = {Seconds(2.25), Source::sampled};  // pytest's hooks between them included
    sampling.gil_standard_error = 0.25_s;
    sampling.waits = {
        {WaitReason::socket, 5432, 3_s, 0.1_s}, {WaitReason::disk, std::nullopt, 1_s, 0.1_s}};
    profile.sampling = sampling;
    const Measured<Seconds> none{Seconds(0), Source::sampled};
    for (TestCost& test : profile.tests) {
        test.setup.gil_held = test.call.gil_held = test.teardown.gil_held = none;
    }
    for (FixtureInstance& fixture : profile.fixtures) {
        fixture.setup.gil_held = fixture.teardown.gil_held = none;
    }
    profile.tests.front().call.gil_held = {Seconds(1.75), Source::sampled};
    const std::string text = as_text(profile, k_ascii);
    // Of the 7 s of tests and fixtures.
    CHECK(has(text, "The GIL was held for 25 % of that, by samples from outside, give or take"));
    CHECK(has(text, "  blocked: socket to port 5432  3.00 s  43 %"));
    CHECK(has(text, "  blocked: disk                 1.00 s  14 %"));
    CHECK_FALSE(has(text, "blocked or waiting"));
    CHECK_FALSE(has(text, "seen from begin to end"));
    Profile clients = profile;
    for (std::uint16_t port = 40'000; port < 40'009; ++port) {
        clients.sampling->waits.push_back({WaitReason::socket, port, 0.1_s, 0.1_s});
    }
    CHECK(has(as_text(clients, k_ascii), "  blocked: socket to port 40003    0.10 s  1.4 %"));
    CHECK(has(as_text(clients, k_ascii), "  blocked: socket to 5 more ports  0.50 s  7.1 %"));
    profile.sampling->seen_whole = 3.6_s;
    CHECK(has(as_text(profile, k_ascii), "  90 % of the blocked time is by waits that were seen"));
}

TEST_CASE("a profile says what was counted in user space, in text and in Markdown") {
    Profile profile = sample::profile();
    const auto counted = [&] {
        const std::string text = as_text(profile, k_ascii);
        const std::size_t at =
            std::min(text.find("  In user space the whole run had "), text.size());
        return text.substr(at, text.find(".\n", at) - at);
    };
    CHECK(counted().empty());
    profile.counters = {
        {"TASK-CLOCK", {4e9, Source::measured}}, {"CPU-MIGRATIONS", {0.0, Source::measured}}};
    CHECK(counted().empty());
    profile.counters = {
        {"PAGE-FAULTS", {16384.0, Source::measured}},
        {"CPU-MIGRATIONS", {1.0, Source::measured}},
        {"INSTRUCTIONS", {1.234e12, Source::derived}},
        {"BRANCH-MISSES", {}},
        {"CYCLES", {5e11, Source::derived}}};
    CHECK(
        counted()
        == "  In user space the whole run had 1.23 trillion instructions (2.47 per cycle), 500 "
           "billion cycles,\n  16384 page faults, 1 CPU migration"
    );
    CHECK(has(
        as_markdown(profile), "1.23 trillion instructions (2.47 per cycle), 500 billion cycles,"
    ));
    profile.counters.pop_back();
    CHECK(has(counted(), " had 1.23 trillion instructions, 16384 page faults, 1 CPU"));
}

TEST_CASE("a profile names who left threads, descriptors and processes behind") {
    Profile profile = sample::profile();
    CHECK_FALSE(has(as_text(profile, k_ascii), "Left behind"));
    profile.leftovers = Leftovers{
        {{{0}, {0}, {}, {1, 2, 0}}, {{1}, {1}, FixtureIndex{0}, {0, 0, 1}}}, {"thread serve"}};
    const std::string text = as_text(profile, k_ascii);
    CHECK(has(text, "        1            2             tests/test_a.py::test_one\n"));
    CHECK(has(text, "                               1  fixture db\n  among them: thread serve\n"));
}

TEST_CASE("a profile names the processes that advisor had to end") {
    Profile profile = sample::profile();
    profile.run.ended = {"sleep 600"};
    CHECK(has(
        as_text(profile, k_ascii),
        "Left behind at the end of the session\n"
        "  1 process still ran a second after pytest had ended, and advisor ended it: sleep 600."
    ));
    profile.run.ended.assign(7, "x");
    CHECK(has(as_text(profile, k_ascii), "advisor ended them: x, x, x, x, x,"));
    CHECK(has(as_text(profile, k_ascii), "2 more.\n"));
}

TEST_CASE("cores that the suite's own command takes away are told from those of the machine") {
    Profile profile = sample::profile();
    profile.host.cores_of_suite = 2;
    CHECK(has(as_text(profile, k_ascii), "8 cores, 2 usable by the suite's command, "));
    profile.host.cores_allowed = 2;  // already advisor has no more
    CHECK(has(as_text(profile, k_ascii), "8 cores, 2 usable, "));
}

TEST_CASE("an incomplete or disturbed profile says so before its numbers") {
    Profile profile = sample::profile();
    profile.run.complete = false;
    profile.run.incomplete_because = "pytest was killed";
    profile.run.exit_code.reset();
    profile.run.signal = 9;
    profile.disturbance.steal_fraction = {0.04, Source::measured};
    const std::string text = as_text(profile, k_ascii);
    CHECK(has(text, "The recording is incomplete: pytest was killed.\nSignal 9 ended pytest.\n"));
    CHECK(has(text, "The machine was not quiet: the hypervisor took 4.0 %."));
}

TEST_CASE("a profile of several runs says how many, how far tests spread and what differed") {
    Profile profile = sample::profile();
    profile.tests[0].wall_spread = 0.12;
    profile.repeats.emplace();
    profile.repeats->runs = 4;
    profile.repeats->incomplete = 1;
    profile.repeats->unsteady = {
        {"a.py::x", {{"failed", 1}, {"passed", 3}}, 0}, {"a.py::y", {{"passed", 1}}, 2}};
    profile.repeats->shortest = 8_s;
    profile.repeats->longest = 11_s;
    const std::string text = as_text(profile, k_ascii);
    CHECK(has(text, "medians of 3 runs"));
    CHECK(has(text, "The figures are medians of 3 of 4 runs of 8.0 s to 11.0 s; 1 ended early.\n"));
    CHECK(has(text, "2 tests differed from run to run: a.py::x (1 failed, 3 passed), a.py::y"));
    CHECK(has(text, "     3.00    12 %  2.00  tests/test_a.py::test_one\n"));
}

TEST_CASE("a gate shows base and head of each configuration and the culprits") {
    const std::string text = as_text(sample::verdict(), k_ascii);
    CHECK(text.starts_with("REGRESSION  The best configuration takes 50 s instead of 40 s.\n"));
    CHECK(has(text, "8 processes, load    40.0    50.0   +25 %  4.0x  3.2x\n"));
    CHECK(has(text, "  9.50 s     new    9.00  fixture  db\n"));
}

TEST_CASE("a plan marks the chosen point and leaves out what is slower and dearer") {
    const std::string text = as_text(sample::plan(), k_ascii);
    CHECK(has(text, ">  small    2  2 processes, load    220.0  198.0-242.0"));
    CHECK(!has(text, "230.0"));
    CHECK(has(text, "; 1 slower and"));
    CHECK(has(as_text(sample::plan(), {false, false, true}), "230.0"));
}

TEST_CASE("the legend of a plan explains the marks that its rows have") {
    CapacityPlan plan = sample::plan();
    CHECK(has(as_text(plan, k_ascii), "> chosen; + meets the target; n machines"));
    for (PlanPoint& point : plan.points) {
        point.meets_target = false;
    }
    plan.chosen.reset();
    const std::string text = as_text(plan, k_ascii);
    CHECK(has(text, "\n  n machines; min: billed minutes"));
    CHECK_FALSE(has(text, "meets the target"));
}

TEST_CASE("a doctor's report ends with its sum, and healthy checks show no fix") {
    const std::string text = as_text(sample::doctor(), k_ascii);
    CHECK(
        has(text,
            "fail  pytest-xdist: not importable [xdist-installed]\n      fix: pip install "
            "pytest-xdist\n")
    );
    CHECK(text.ends_with("1 of 3 checks passed, 1 to look at, 1 failed\n"));
}

TEST_CASE("parameters show their values and the capacity of the cores") {
    const std::string text = as_text(sample::parameters(), k_ascii);
    CHECK(has(text, "gateway_wall          150 ms  one worker's gateway, one after the other\n"));
    CHECK(has(text, "          2      1.50  ########################################\n"));
}

TEST_CASE("no hostile text reaches the terminal, and no line is wider than the page") {
    for (const TextStyle& style : {k_ascii, TextStyle{}}) {
        for (const std::string& text : hostile_texts(style)) {
            CHECK(!has(text, "\x1b"));
            CHECK(!has(text, "\u202e"));
            CHECK(has(text, "\\x1b"));
            for (const std::string& line : lines_of(text)) {
                CHECK_MESSAGE(report::display_width(line) <= 100, line);
            }
        }
    }
}

TEST_CASE("without unicode no byte is above ASCII, and colour changes nothing but colour") {
    const auto high = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    const std::vector<std::string> plain = texts(k_ascii);
    const std::vector<std::string> coloured = texts({true, false, false});
    for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(std::none_of(plain[i].begin(), plain[i].end(), high));
        CHECK(has(coloured[i], "\x1b["));
        std::string stripped = coloured[i];
        for (std::size_t at = stripped.find('\x1b'); at != std::string::npos;
             at = stripped.find('\x1b')) {
            stripped.erase(at, stripped.find('m', at) - at + 1);
        }
        CHECK(stripped == plain[i]);
    }
}

TEST_CASE("the same values give the same bytes") {
    CHECK(texts({}) == texts({}));
}

TEST_CASE("a verification shows predicted beside measured, and which promise was broken") {
    const std::string text = as_text(sample::verification(), k_ascii);
    const std::vector<std::string> lines = lines_of(text);
    REQUIRE(lines.size() > 4);
    CHECK(lines[0].starts_with("configuration"));
    CHECK(has(lines[1], "30.1-31.5"));
    CHECK(has(lines[2], "3 processes, load"));
    CHECK(has(lines[2], "12.1"));
    CHECK(has(lines[2], "20.4"));
    CHECK(has(lines[2], "-41 %"));  // 12.1 / 20.4
    CHECK(has(text, "noise: the runs of one configuration differ by 2.4 %"));
    CHECK(has(text, "WORSE THAN PROMISED  3 processes, load: it is 1.50 times as fast"));
    CHECK(has(as_text(Verification{}, k_ascii), "KEPT"));
}
