#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/verdict_words.hpp"

namespace advisor::report {

namespace {

Tone tone_of(GateOutcome outcome) {
    switch (outcome) {
    case GateOutcome::pass: return Tone::good;
    case GateOutcome::regression: return Tone::bad;
    case GateOutcome::inconclusive:
    case GateOutcome::unfit: break;
    }
    return Tone::warn;
}

Lines header(const GateVerdict& verdict, const TextStyle& style) {
    const std::string lead = std::string(headline_of(verdict.outcome)) + "  ";
    Lines lines = paragraph(lead, verdict.reason, style);
    if (lines.empty()) {
        lines.push_back(lead);
    }
    lines.front().replace(0, lead.size(), painted(lead, tone_of(verdict.outcome), style));
    return lines + paragraph("", suite_change(verdict), style, Tone::dim);
}

Lines comparisons(const GateVerdict& verdict, const TextStyle& style) {
    if (verdict.comparisons.empty()) {
        return {};
    }
    const int decimals = decimals_of(verdict);
    Table table;
    table.columns = {
        {"configuration", Align::left, Fit::elastic},
        {"base s", Align::right},
        {"head s", Align::right},
        {"change", Align::right},
        {"base", Align::right},
        {"head", Align::right}};
    for (const GateComparison& row : verdict.comparisons) {
        const bool lost = row.head_wall > row.base_wall * (1.0 + verdict.threshold);
        table.rows.push_back(
            {{label(row.configuration)},
             {seconds_text(row.base_wall, decimals)},
             {seconds_text(row.head_wall, decimals)},
             {change_text(row.base_wall, row.head_wall), lost ? Tone::bad : Tone::plain},
             {times_text(row.base_speedup)},
             {times_text(row.head_speedup)}}
        );
    }
    return lines_of(table, 0, style);
}

Lines culprits(const GateVerdict& verdict, const TextStyle& style) {
    if (verdict.culprits.empty()) {
        return {};
    }
    Seconds largest;
    for (const Culprit& culprit : verdict.culprits) {
        largest = std::max(largest, culprit.wall_loss);
    }
    const int decimals = decimals_for(largest);
    Table table;
    table.columns = {
        {"costs", Align::right},
        {"base s", Align::right},
        {"head s", Align::right},
        {"kind", Align::left, Fit::elastic},
        {"subject", Align::left, Fit::elastic}};
    for (const Culprit& culprit : verdict.culprits) {
        const bool is_new = !(culprit.base > Seconds(0));
        table.rows.push_back(
            {{seconds_text(culprit.wall_loss, decimals) + " s", Tone::bad},
             {is_new ? "new" : seconds_text(culprit.base, decimals)},
             {seconds_text(culprit.head, decimals)},
             {culprit.kind},
             {culprit.subject}}
        );
    }
    return Lines{heading("What costs the time", style)} + lines_of(table, 2, style);
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const GateVerdict& verdict, const TextStyle& style) {
    using namespace report;
    return page({header(verdict, style), comparisons(verdict, style), culprits(verdict, style)});
}

}  // namespace advisor
