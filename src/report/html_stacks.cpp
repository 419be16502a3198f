#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/html_parts.hpp"
#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor::report::html {

namespace {

constexpr std::size_t k_colours = 8;

using Rows = std::vector<const Prediction*>;

/// All names of parts, each where it was first met, so that a part has one colour everywhere.
std::vector<std::string> parts_of(const Rows& rows) {
    std::vector<std::string> parts;
    for (const Prediction* row : rows) {
        for (const auto& part : row->breakdown) {
            if (std::find(parts.begin(), parts.end(), part.first) == parts.end()) {
                parts.push_back(part.first);
            }
        }
    }
    return parts;
}

Seconds time_of(const Prediction& row, const std::string& part) {
    Seconds sum;
    for (const auto& [name, time] : row.breakdown) {
        sum += name == part ? time : Seconds(0);
    }
    return sum;
}

std::string stack(const Prediction& row, const std::vector<std::string>& parts, Seconds longest) {
    constexpr double k_length = 1000;
    std::string out;
    double x = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Seconds time = time_of(row, parts[i]);
        const double length = std::max(0.0, time / longest * k_length);
        if (length <= 0) {
            continue;
        }
        out += fmt::format(
            R"(<rect class="part s{}" x="{:.1f}" y="0" width="{:.1f}" height="20">)"
            R"(<title>{}: {} s</title></rect>)",
            i % k_colours,
            x,
            length,
            escape_html(part_words(parts[i])),
            seconds_text(time, decimals_for(longest))
        );
        x += length;
    }
    return R"(<svg class="stack" viewBox="0 0 1000 20" preserveAspectRatio="none" )"
           R"(aria-hidden="true">)"
           + out + "</svg>";
}

std::string legend(const std::vector<std::string>& parts) {
    std::string items;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string swatch = fmt::format(
            R"(<svg viewBox="0 0 28 12" aria-hidden="true"><rect class="part s{}" width="28" )"
            R"(height="12"/></svg>)",
            i % k_colours
        );
        items += element("li", "", swatch + escape_html(part_words(parts[i])));
    }
    return element("ul", R"( class="legend")", items) + "\n";
}

std::string numbers(const Rows& rows, const std::vector<std::string>& parts, Seconds smallest) {
    const int decimals = decimals_for(smallest);
    std::string head = "<th>configuration</th>";
    for (const std::string& part : parts) {
        head += element("th", R"( class="number")", escape_html(part_words(part)));
    }
    head += R"(<th class="number">seconds</th>)";
    std::string body;
    for (const Prediction* row : rows) {
        std::string cells =
            element("th", R"( scope="row")", escape_html(label(row->configuration)));
        for (const std::string& part : parts) {
            const Seconds time = time_of(*row, part);
            cells += number_cell(time.value(), seconds_text(time, decimals));
        }
        cells += number_cell(row->wall.mid.value(), seconds_text(row->wall.mid, decimals));
        body += element("tr", "", cells) + "\n";
    }
    return "<details><summary>The numbers of these bars</summary>"
           R"(<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the bars">)"
           R"(<table class="sortable"><thead><tr>)"
           + head + "</tr></thead>\n<tbody>\n" + body + "</tbody></table></div></details>\n";
}

}  // namespace

std::string stacks(const Advice& advice) {
    Rows rows;
    for (const Prediction* row : selected(advice, Selection::best)) {
        if (!row->breakdown.empty()) {
            rows.push_back(row);
        }
    }
    if (rows.empty()) {
        return {};
    }
    const auto slower = [](const Prediction* a, const Prediction* b) {
        return a->wall.mid < b->wall.mid;
    };
    const Seconds longest = (*std::max_element(rows.begin(), rows.end(), slower))->wall.mid;
    const Seconds smallest = (*std::min_element(rows.begin(), rows.end(), slower))->wall.mid;
    if (!(longest > Seconds(0))) {
        return {};
    }
    const std::vector<std::string> parts = parts_of(rows);
    std::string body;
    for (const Prediction* row : rows) {
        const std::string total = seconds_text(row->wall.mid, decimals_for(smallest));
        const std::string_view look =
            row == recommended_of(advice) ? R"( class="recommended")" : "";
        body += element(
            "tr",
            look,
            element("th", R"( scope="row")", escape_html(label(row->configuration)))
                + element("td", R"( class="bar")", stack(*row, parts, longest))
                + element("td", R"( class="number")", total + " s")
        );
        body += "\n";
    }
    return "<section>\n<h2>Where the time goes</h2>\n<figure>\n" + legend(parts)
           + R"(<div class="scroll" tabindex="0" role="region" aria-label="Bars"><table><tbody>)"
           + "\n" + body + "</tbody></table></div>\n</figure>\n" + numbers(rows, parts, smallest)
           + "</section>\n";
}

}  // namespace advisor::report::html
