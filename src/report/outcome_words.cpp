#include "report/outcome_words.hpp"

#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "report/numbers.hpp"

namespace advisor::report {

namespace {

/// "test_a.py::test (failed on gw0)", where its worker saw something of it.
std::string with_sighting(const Conservation& conservation, const std::string& test) {
    for (const Sighting& sighting : conservation.sightings) {
        if (sighting.id == test) {
            const std::string on = sighting.worker.empty() ? "" : " on " + sighting.worker;
            return fmt::format("{} ({}{})", test, sighting.outcome, on);
        }
    }
    return test;
}

/// The frames of the suite, which stand first; what follows is pytest's own.
std::vector<std::string> stack_lines(const std::string& stacks) {
    std::vector<std::string> lines;
    std::size_t left_out = 0;
    std::istringstream text(stacks);
    for (std::string line; std::getline(text, line);) {
        const bool begins = line.find("most recent call first") != std::string::npos;
        const bool is_pytests = line.find("/_pytest/") != std::string::npos;
        if (!begins && (left_out > 0 || is_pytests)) {
            ++left_out;
            continue;
        }
        left_out = 0;
        lines.push_back(line);
    }
    if (left_out > 0) {
        lines.push_back(fmt::format("and {} of pytest", format_count(left_out, "frame")));
    }
    return lines;
}

StallWords words_of(const std::string& what, const Stall& stall) {
    const std::string known =
        stall.profiled ? fmt::format(", {} when recorded", format_seconds(*stall.profiled)) : "";
    std::string sentence = fmt::format(
        "{}: {}{} ran for {}{}",
        what,
        stall.id,
        stall.worker.empty() ? "" : " on " + stall.worker,
        format_seconds(stall.after),
        known
    );
    return {std::move(sentence), stack_lines(stall.stacks)};
}

}  // namespace

std::vector<ConservationProblem> problems_of(const Conservation& conservation) {
    std::vector<ConservationProblem> problems;
    const std::string of_all = format_count(conservation.collected, "collected test");
    if (!conservation.lost.empty()) {
        problems.push_back(
            {fmt::format(
                 "LOST: {} of {} without a final outcome", conservation.lost.size(), of_all
             ),
             conservation.lost}
        );
    }
    if (!conservation.duplicated.empty()) {
        problems.push_back(
            {fmt::format(
                 "DUPLICATED: {} of {} with more than one final outcome",
                 conservation.duplicated.size(),
                 of_all
             ),
             conservation.duplicated}
        );
    }
    if (!conservation.contradicted.empty()) {
        problems.push_back(
            {fmt::format(
                 "CONTRADICTED: {} of {} with another outcome in the worker than was reported",
                 conservation.contradicted.size(),
                 of_all
             ),
             conservation.contradicted}
        );
    }
    for (ConservationProblem& problem : problems) {
        for (std::string& test : problem.tests) {
            test = with_sighting(conservation, test);
        }
    }
    const std::uint64_t accounted = conservation.final + conservation.not_run.size();
    if (problems.empty() && accounted < conservation.collected) {
        problems.push_back(
            {fmt::format(
                 "NOT CONSERVED: {}, but {} with exactly one final outcome",
                 of_all,
                 conservation.final
             ),
             {}}
        );
    }
    return problems;
}

bool ran_none(const RunOutcome& outcome) {
    return outcome.conservation.collected == 0 && outcome.outcomes.empty();
}

std::string counts_of(const RunOutcome& outcome) {
    std::string out;
    for (const auto& [name, count] : outcome.outcomes) {
        out += out.empty() ? "" : ", ";
        out += fmt::format("{} {}", count, name);
    }
    if (!outcome.conservation.not_run.empty()) {
        out += out.empty() ? "" : ", ";
        out += fmt::format("{} not run", outcome.conservation.not_run.size());
    }
    if (!out.empty()) {
        return out;
    }
    return ran_none(outcome) ? "no test was run" : "no test has an outcome";
}

std::vector<StallWords> stalls_of(const RunOutcome& outcome) {
    std::vector<StallWords> words;
    for (const Stall& stall : outcome.stalls) {
        words.push_back(words_of("STALLED", stall));
    }
    const std::string deadline = format_seconds(outcome.deadline.value_or(Seconds(0)));
    for (const Stall& stall : outcome.at_deadline) {
        words.push_back(words_of("RUNNING AT THE DEADLINE OF " + deadline, stall));
    }
    return words;
}

std::vector<std::string> surprises_of(const RunOutcome& outcome) {
    std::vector<std::string> sentences;
    for (const Surprise& surprise : outcome.surprises) {
        sentences.push_back(fmt::format(
            "{} took {}, when recorded {}",
            surprise.id,
            format_seconds(surprise.measured),
            format_seconds(surprise.profiled)
        ));
    }
    return sentences;
}

std::string new_tests_remark(const RunOutcome& outcome) {
    if (outcome.new_tests == 0) {
        return {};
    }
    return fmt::format(
        "{} not in the recording, on which prediction and advice rest: advisor analyze",
        format_count(outcome.new_tests, "test is", "tests are")
    );
}

std::string left_behind_remark(const RunOutcome& outcome) {
    if (outcome.left_behind == 0) {
        return {};
    }
    return fmt::format(
        "{} outlived the run and {} ended",
        format_count(outcome.left_behind, "process", "processes"),
        outcome.left_behind == 1 ? "was" : "were"
    );
}

std::string range_remark(const RunOutcome& outcome) {
    const bool ended_early = outcome.deadline || !outcome.stalls.empty() || ran_none(outcome);
    if (!outcome.predicted || !outcome.conservation.is_whole() || ended_early) {
        return {};
    }
    const Interval<Seconds>& range = outcome.predicted->wall;
    const std::string off = change_text(range.mid, outcome.wall);
    if (outcome.wall > range.high) {
        return fmt::format("slower than the predicted range ({} against its middle)", off);
    }
    if (outcome.wall < range.low) {
        return fmt::format("faster than the predicted range ({} against its middle)", off);
    }
    return fmt::format("within the predicted range ({} against its middle)", off);
}

std::string exit_words(const RunOutcome& outcome) {
    std::string ours = fmt::format("exit code {}", outcome.exit_code);
    if (outcome.runner_signal && outcome.exit_because.empty()) {
        return fmt::format("{}, signal {} ended the runner", ours, *outcome.runner_signal);
    }
    if (outcome.runner_exit_code && *outcome.runner_exit_code != outcome.exit_code) {
        ours = fmt::format("{}, where the runner said {}", ours, *outcome.runner_exit_code);
    }
    return outcome.exit_because.empty() ? ours : fmt::format("{}: {}", ours, outcome.exit_because);
}

}  // namespace advisor::report

namespace advisor {

std::string predicted_against_measured(const RunOutcome& outcome) {
    if (report::ran_none(outcome)) {
        return fmt::format("took {}", format_seconds(outcome.wall));
    }
    Seconds smallest = outcome.wall;
    if (outcome.predicted) {
        smallest = std::min(smallest, outcome.predicted->wall.low);
    }
    // At least one decimal, so that the line keeps its form for long runs.
    const int decimals = std::max(1, report::decimals_for(smallest));
    std::string out;
    if (outcome.predicted) {
        const Interval<Seconds>& wall = outcome.predicted->wall;
        out = fmt::format(
            "predicted {} s ({}), ",
            report::seconds_text(wall.mid, decimals),
            report::range_text(wall, decimals)
        );
    }
    out += fmt::format(
        "{} {} s",
        outcome.conservation.is_whole() ? "measured" : "ended early after",
        report::seconds_text(outcome.wall, decimals)
    );
    if (outcome.sequential_wall) {
        const std::string sequential = report::seconds_text(*outcome.sequential_wall, decimals);
        out += fmt::format(", sequential {} s", sequential);
    }
    return out;
}

}  // namespace advisor
