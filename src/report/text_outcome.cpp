#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "report/numbers.hpp"
#include "report/outcome_words.hpp"
#include "report/style.hpp"
#include "report/table.hpp"

namespace advisor::report {

namespace {

Lines problems(const RunOutcome& outcome, const TextStyle& style) {
    Lines lines;
    for (const ConservationProblem& problem : problems_of(outcome.conservation)) {
        lines = lines + paragraph("", problem.sentence, style, Tone::bad);
        const std::size_t shown = std::min<std::size_t>(10, problem.tests.size());
        for (std::size_t i = 0; i < shown; ++i) {
            lines = lines + paragraph("  ", problem.tests[i], style, Tone::bad);
        }
        if (shown < problem.tests.size()) {
            lines.push_back(fmt::format("  and {} more", problem.tests.size() - shown));
        }
    }
    return lines;
}

/// The frames of the suite, which stand first; what follows is pytest's own.
Lines stack_lines(const std::string& stacks, const TextStyle& style) {
    Lines lines;
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
        lines = lines + paragraph("  ", line, style);
    }
    if (left_out > 0) {
        lines.push_back(fmt::format("  and {} of pytest", format_count(left_out, "frame")));
    }
    return lines;
}

Lines stall(const std::string& what, const Stall& stall, const TextStyle& style) {
    const std::string known =
        stall.profiled ? fmt::format(", {} when recorded", format_seconds(*stall.profiled)) : "";
    const std::string sentence = fmt::format(
        "{}: {}{} ran for {}{}",
        what,
        stall.id,
        stall.worker.empty() ? "" : " on " + stall.worker,
        format_seconds(stall.after),
        known
    );
    return paragraph("", sentence, style, Tone::bad) + stack_lines(stall.stacks, style);
}

Lines stalls(const RunOutcome& outcome, const TextStyle& style) {
    Lines lines;
    for (const Stall& each : outcome.stalls) {
        lines = lines + stall("STALLED", each, style);
    }
    for (const Stall& each : outcome.at_deadline) {
        const std::string deadline = format_seconds(outcome.deadline.value_or(Seconds(0)));
        lines = lines + stall("RUNNING AT THE DEADLINE OF " + deadline, each, style);
    }
    return lines;
}

Lines unexpected(const RunOutcome& outcome, const TextStyle& style) {
    Lines lines;
    for (const Surprise& surprise : outcome.surprises) {
        const std::string sentence = fmt::format(
            "{} took {}, when recorded {}",
            surprise.id,
            format_seconds(surprise.measured),
            format_seconds(surprise.profiled)
        );
        lines = lines + paragraph("  surprise: ", sentence, style, Tone::dim);
    }
    if (outcome.new_tests > 0) {
        const std::string sentence = fmt::format(
            "{} not in the recording, on which prediction and advice rest: advisor analyze",
            format_count(outcome.new_tests, "test is", "tests are")
        );
        lines = lines + paragraph("  ", sentence, style, Tone::warn);
    }
    return lines;
}

Lines run(const RunOutcome& outcome, const TextStyle& style) {
    const std::string line = fmt::format(
        "{}: {}, {}", label(outcome.configuration), counts_of(outcome), exit_words(outcome)
    );
    Lines lines = paragraph("", line, style, outcome.exit_code != 0 ? Tone::bad : Tone::plain);
    if (outcome.left_behind > 0) {
        const std::string left = fmt::format(
            "{} outlived the run and {} ended",
            format_count(outcome.left_behind, "process", "processes"),
            outcome.left_behind == 1 ? "was" : "were"
        );
        lines = lines + paragraph("", left, style, Tone::warn);
    }
    return lines;
}

/// The sentence that the reader came for is the last line.
Lines result(const RunOutcome& outcome, const TextStyle& style) {
    const std::string remark = range_remark(outcome);
    const bool slower = !remark.empty() && outcome.wall > outcome.predicted->wall.high;
    const bool failed = outcome.exit_code != 0;
    return paragraph("", remark, style, slower ? Tone::warn : Tone::dim)
           + paragraph(
               "", predicted_against_measured(outcome), style, failed ? Tone::plain : Tone::strong
           );
}

/// Busy shares show an idle tail at a glance: workers far below the others had nothing left.
Lines workers(const RunOutcome& outcome, const TextStyle& style) {
    if (outcome.workers.empty()) {
        return {};
    }
    const bool boots =
        std::any_of(outcome.workers.begin(), outcome.workers.end(), [](const WorkerUse& worker) {
            return worker.boot.has_value();  // forked workers do not
        });
    Table table;
    table.columns = {{"worker", Align::left, Fit::elastic}, {"tests", Align::right}};
    if (boots) {
        table.columns.push_back({"boot s", Align::right});
    }
    table.columns.insert(
        table.columns.end(), {{"busy s", Align::right}, {"busy", Align::right}, {"", Align::left}}
    );
    const int decimals = std::max(1, decimals_for(outcome.wall));
    for (const WorkerUse& worker : outcome.workers) {
        const bool known = worker.busy.has_value() && outcome.wall > Seconds(0);
        const double share = known ? worker.busy.value() / outcome.wall : 0.0;
        const auto seconds = [&](const Measured<Seconds>& time) {
            return time.has_value() ? seconds_text(time.value(), decimals) : std::string("-");
        };
        auto& row = table.rows.emplace_back();
        row = {{worker.name}, {fmt::format("{}", worker.tests)}};
        if (boots) {
            row.push_back({seconds(worker.boot)});
        }
        row.push_back({seconds(worker.busy)});
        row.push_back({known ? format_percent(share) : "-"});
        row.push_back({bar(share, 30, style), Tone::good});
    }
    return lines_of(table, 2, style);
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const RunOutcome& outcome, const TextStyle& style) {
    using namespace report;
    return page(
        {stalls(outcome, style),
         problems(outcome, style),
         workers(outcome, style),
         unexpected(outcome, style),
         run(outcome, style),
         result(outcome, style)}
    );
}

}  // namespace advisor
