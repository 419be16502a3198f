#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>
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

Lines stalls(const RunOutcome& outcome, const TextStyle& style) {
    Lines lines;
    for (const StallWords& stall : stalls_of(outcome)) {
        lines = lines + paragraph("", stall.sentence, style, Tone::bad);
        for (const std::string& line : stall.stacks) {
            lines = lines + paragraph("  ", line, style);
        }
    }
    return lines;
}

Lines unexpected(const RunOutcome& outcome, const TextStyle& style) {
    Lines lines;
    for (const std::string& surprise : surprises_of(outcome)) {
        lines = lines + paragraph("  surprise: ", surprise, style, Tone::dim);
    }
    return lines + paragraph("  ", new_tests_remark(outcome), style, Tone::warn);
}

Lines run(const RunOutcome& outcome, const TextStyle& style) {
    const std::string line = fmt::format(
        "{}: {}, {}", label(outcome.configuration), counts_of(outcome), exit_words(outcome)
    );
    return paragraph("", line, style, outcome.exit_code != 0 ? Tone::bad : Tone::plain)
           + paragraph("", left_behind_remark(outcome), style, Tone::warn);
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
