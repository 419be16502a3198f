#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/style.hpp"
#include "report/table.hpp"

namespace advisor::report {

namespace {

/// "11.9-13.1".
std::string spread_text(const std::vector<Seconds>& walls, int decimals) {
    if (walls.empty()) {
        return "-";
    }
    const auto [low, high] = std::minmax_element(walls.begin(), walls.end());
    return range_text(Interval<Seconds>{*low, *low, *high}, decimals);
}

Lines rows(const Verification& verification, const TextStyle& style) {
    Table table;
    table.columns = {
        {"configuration", Align::left, Fit::elastic},
        {"predicted s", Align::right},
        {"range", Align::right},
        {"measured s", Align::right},
        {"range", Align::right},
        {"error", Align::right},
        {"promised", Align::right},
        {"speed-up", Align::right}};
    Seconds smallest = verification.configurations.front().prediction.wall.mid;
    for (const VerifiedConfiguration& run : verification.configurations) {
        smallest = std::min(smallest, run.prediction.wall.mid);
    }
    const int decimals = decimals_for(smallest);
    for (const VerifiedConfiguration& run : verification.configurations) {
        const Prediction& promised = run.prediction;
        const Tone tone = run.broken_because.empty() ? Tone::plain : Tone::bad;
        table.rows.push_back(
            {{label(promised.configuration), tone},
             {seconds_text(promised.wall.mid, decimals)},
             {range_text(promised.wall, decimals)},
             {run.wall ? seconds_text(*run.wall, decimals) : "-"},
             {spread_text(run.walls, decimals)},
             {run.wall ? change_text(*run.wall, promised.wall.mid) : "-"},
             {range_text(promised.speedup)},
             {run.speedup ? times_text(*run.speedup) : "-", tone}}
        );
    }
    return lines_of(table, 0, style);
}

Lines conclusion(const Verification& verification, const TextStyle& style) {
    const std::string noise =
        verification.noise ? fmt::format(
            "noise: the runs of one configuration differ by {}", format_percent(*verification.noise)
        )
                           : std::string("noise: not known after a single round");
    const std::string lead = verification.holds ? "KEPT  " : "WORSE THAN PROMISED  ";
    Lines lines = paragraph(lead, verification.reason, style);
    if (lines.empty()) {
        lines.push_back(lead);
    }
    lines.front().replace(
        0, lead.size(), painted(lead, verification.holds ? Tone::good : Tone::bad, style)
    );
    return paragraph("", noise, style, Tone::dim) + lines;
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const Verification& verification, const TextStyle& style) {
    using namespace report;
    return page(
        {verification.configurations.empty() ? Lines{} : rows(verification, style),
         conclusion(verification, style)}
    );
}

}  // namespace advisor
