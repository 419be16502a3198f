#include "measure/record_ending.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string_view>

#include "measure/profile_builder.hpp"

namespace advisor {

namespace {

bool was_interrupted(const TestCost& test) {
    return test.outcome == TestOutcome::interrupted;
}

std::string_view words_of(Phase phase) {
    switch (phase) {
    case Phase::setup: return "the set-up";
    case Phase::call: return "the call";
    case Phase::teardown: break;
    }
    return "the tear-down";
}

/// "during the call of a.py::test": where the last test that began stands.
std::string place_in_test(const RecordedPosition& at, const std::vector<TestCost>& tests) {
    const std::string id = escape_terminal(tests[*at.test].id);
    return at.phase ? fmt::format("during {} of {}", words_of(*at.phase), id)
                    : fmt::format("around {}", id);
}

/// Where the recording of `tests` stops; in a test that was cut off, whatever pytest still did.
std::string place_in(const RecordedRun& run, const std::vector<TestCost>& tests) {
    const RecordedPosition position = run.position();
    const bool finished = run.point(SessionPoint::finished).has_value();
    if (position.test && (!finished || was_interrupted(tests[*position.test]))) {
        return place_in_test(position, tests);
    }
    if (run.point(SessionPoint::unconfigured)) {
        return "after the session";
    }
    if (finished) {
        return "during session finish";
    }
    if (run.point(SessionPoint::collected)) {
        return "before the first test";
    }
    return run.point(SessionPoint::configured) ? "during collection" : "before collection";
}

std::string end_of(const RunFacts& facts) {
    if (facts.signal) {
        return fmt::format("signal {} ended pytest", *facts.signal);
    }
    if (facts.exit_code) {
        return fmt::format("pytest ended with exit code {}", *facts.exit_code);
    }
    return "pytest ended";
}

struct Ended {
    std::size_t whole = 0;  ///< tests that ran to their end
    bool interrupted = false;
};

Ended count(const std::vector<TestCost>& tests) {
    Ended ended;
    for (const TestCost& test : tests) {
        ended.interrupted = ended.interrupted || was_interrupted(test);
        ended.whole += was_interrupted(test) || test.outcome == TestOutcome::not_run ? 0 : 1;
    }
    return ended;
}

std::string words_of(const Ended& ended, const std::vector<TestCost>& tests) {
    return fmt::format("{} of {} ran to the end", ended.whole, format_count(tests.size(), "test"));
}

bool records_nothing(const RecordedRun& run) {
    return !run.point(SessionPoint::imported) && run.failure.empty();
}

/// False where times of the suite are none of ours: CLOCK_MONOTONIC is one for all of a machine.
bool has_our_clock(const RecordedRun& run, const RunFacts& facts) {
    const auto is_within = [&](const std::optional<SessionMark>& mark) {
        return !mark || (mark->at.wall_ns >= facts.exec_ns && mark->at.wall_ns <= facts.exit_ns);
    };
    return is_within(run.point(SessionPoint::imported))
           && is_within(run.point(SessionPoint::unconfigured));
}

/// pytest's ExitCode: these three say that not everything that was asked for was collected or run.
std::string_view early_end(std::uint32_t status) {
    switch (status) {
    case 2: return "pytest was interrupted, or could not collect all tests";
    case 3: return "pytest had an internal error";
    case 4: return "pytest was called wrongly";
    default: return {};
    }
}

}  // namespace

TestOutcome outcome_of(const RecordedRun& run, std::size_t test) {
    const RecordedTest& recorded = run.recorded[test];
    const ReportedPhases& reports = recorded.reports;
    if (!recorded.begun) {
        return TestOutcome::not_run;
    }
    const bool is_last = run.position().test == test;
    const bool may_go_on = is_last && (!run.point(SessionPoint::finished) || !reports.failing());
    if (may_go_on && !reports.whole()) {
        return TestOutcome::interrupted;
    }
    return reports.any() ? reports.outcome() : TestOutcome::not_run;
}

std::string
incomplete_because(const RecordedRun& run, const RunFacts& facts, const Profile& profile) {
    const std::vector<TestCost>& tests = profile.tests;
    const Ended ended = count(tests);
    const auto& finished = run.point(SessionPoint::finished);
    const bool all_ran = finished && ended.whole == tests.size();
    const bool ended_unseen = !facts.exit_code && !facts.signal;
    if ((!all_ran || ended_unseen) && !facts.stopped_because.empty()) {
        return finished && !all_ran && !ended.interrupted
                   ? fmt::format("{}: {}", facts.stopped_because, words_of(ended, tests))
                   : fmt::format("{}, {}", facts.stopped_because, place_in(run, tests));
    }
    if (facts.damage) {
        const std::string end = all_ran ? "" : ", which stops " + place_in(run, tests);
        return fmt::format("{}{}: {}", facts.damage->what, end, facts.damage->because);
    }
    if (!run.failure.empty()) {
        return fmt::format("the recorder stopped: {}", escape_terminal(run.failure));
    }
    if (facts.dropped > 0) {
        return fmt::format("{} got lost", format_count(facts.dropped, "record"));
    }
    if (!has_our_clock(run, facts)) {
        return "the suite's clock is not that of the machine: does a library such as libfaketime, "
               "preloaded, or a time namespace change it?";
    }
    if (records_nothing(run)) {
        return fmt::format("{} and the recorder wrote nothing", end_of(facts));
    }
    if (!finished) {
        return fmt::format("{} {}", end_of(facts), place_in(run, tests));
    }
    const std::string_view why = early_end(finished->exit_status);
    if (all_ran) {
        return std::string(why);
    }
    return fmt::format(
        "{}{}: {}",
        why.empty() ? "pytest stopped early" : why,
        ended.interrupted ? ", " + place_in(run, tests) : "",
        words_of(ended, tests)
    );
}

}  // namespace advisor
