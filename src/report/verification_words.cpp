#include "report/verification_words.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"

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

int decimals_of(const Verification& verification) {
    Seconds smallest = verification.configurations.front().prediction.wall.mid;
    for (const VerifiedConfiguration& run : verification.configurations) {
        smallest = std::min(smallest, run.prediction.wall.mid);
    }
    return decimals_for(smallest);
}

}  // namespace

std::vector<Column> verification_columns() {
    return {
        {"configuration", Align::left, Fit::elastic},
        {"predicted s", Align::right},
        {"range", Align::right},
        {"measured s", Align::right},
        {"range", Align::right},
        {"error", Align::right},
        {"promised", Align::right},
        {"speed-up", Align::right}};
}

std::vector<Row> rows_of(const Verification& verification) {
    std::vector<Row> rows;
    if (verification.configurations.empty()) {
        return rows;
    }
    const int decimals = decimals_of(verification);
    for (const VerifiedConfiguration& run : verification.configurations) {
        const Prediction& promised = run.prediction;
        const Tone tone = run.broken_because.empty() ? Tone::plain : Tone::bad;
        rows.push_back(
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
    return rows;
}

std::string noise_sentence(const Verification& verification) {
    return verification.noise ? fmt::format(
               "noise: the runs of one configuration differ by {}",
               format_percent(*verification.noise)
           )
                              : std::string("noise: not known after a single round");
}

}  // namespace advisor::report
