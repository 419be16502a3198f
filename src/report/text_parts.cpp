#include "report/text_parts.hpp"

#include <advisor/base/text.hpp>

#include <cmath>

#include "report/numbers.hpp"
#include "report/table.hpp"
#include "report/words.hpp"

namespace advisor::report {

Lines share_lines(const Breakdown& parts, Seconds whole, const TextStyle& style) {
    constexpr std::size_t k_bar_width = 40;
    constexpr double k_least_share = 0.0005;  // what would show as 0.0 %
    const int decimals = decimals_for(whole);
    Table table;
    table.columns = {
        {"", Align::left, Fit::elastic}, {"", Align::right}, {"", Align::right}, {"", Align::left}};
    for (const auto& [part, time] : parts) {
        const double share = time / whole;
        if (std::abs(share) < k_least_share) {
            continue;
        }
        table.rows.push_back(
            {{part_words(part)},
             {seconds_text(time, decimals) + " s"},
             {format_percent(share)},
             {bar(share, k_bar_width, style), Tone::good}}
        );
    }
    return lines_of(table, 2, style);
}

Lines missing_lines(const std::vector<Missing>& missing, const TextStyle& style) {
    if (missing.empty()) {
        return {};
    }
    Lines lines{heading("Not measured", style)};
    for (const Missing& gap : grouped(missing)) {
        lines = lines + paragraph("  ", gap.what + ": " + gap.because, style);
    }
    return lines;
}

}  // namespace advisor::report
