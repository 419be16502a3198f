#include "report/html_parts.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor::report::html {

namespace {

std::string prediction_row(
    const Prediction& row, const Prediction* recommended, int decimals, const MemoryUnit& unit
) {
    const auto with_range = [](const std::string& mid, const std::string& range) {
        return fmt::format(R"({} <span class="range">({})</span>)", mid, range);
    };
    std::string name = escape_html(label(row.configuration));
    name += &row == recommended ? R"(<span class="tag pick">recommended</span>)" : "";
    name += row.tied_with_best && &row != recommended ? R"(<span class="tag">tied</span>)" : "";
    name += row.can_run ? "" : R"(<span class="tag">predicted only</span>)";
    name += row.fits_memory ? "" : R"(<span class="tag">too little memory</span>)";
    std::string cells = number_cell(row.rank, fmt::format("{}", row.rank));
    cells += element("th", R"( scope="row")", name);
    cells += number_cell(
        row.wall.mid.value(),
        with_range(seconds_text(row.wall.mid, decimals), range_text(row.wall, decimals))
    );
    cells += number_cell(
        row.speedup.mid, with_range(times_text(row.speedup.mid), range_text(row.speedup))
    );
    cells += number_cell(
        static_cast<double>(row.peak_memory.value()), memory_text(row.peak_memory, unit)
    );
    cells += element("td", R"( class="wrap")", escape_html(bound_words(row)));
    const std::string_view look = &row == recommended ? R"( class="recommended")"
                                  : row.can_run       ? ""
                                                      : R"( class="only")";
    return element("tr", look, cells) + "\n";
}

}  // namespace

std::string element(std::string_view name, std::string_view attributes, std::string_view markup) {
    return fmt::format("<{0}{1}>{2}</{0}>", name, attributes, markup);
}

std::string number_cell(double value, std::string_view markup) {
    return fmt::format(R"(<td class="number" data-value="{}">{}</td>)", value, markup);
}

std::string predictions(const Advice& advice) {
    const auto rows = selected(advice, Selection::all);
    if (rows.empty()) {
        return {};
    }
    Seconds smallest = rows.front()->wall.mid;
    Bytes least = rows.front()->peak_memory;
    for (const Prediction* row : rows) {
        smallest = std::min(smallest, row->wall.mid);
        least = std::min(least, row->peak_memory);
    }
    const MemoryUnit unit = memory_unit_for(least);
    std::string body;
    for (const Prediction* row : rows) {
        body += prediction_row(*row, recommended_of(advice), decimals_for(smallest), unit);
    }
    std::string out =
        "<section>\n<h2>All predictions</h2>\n"
        R"(<div class="scroll" tabindex="0" role="region" aria-label="Predictions">)"
        R"(<table class="sortable"><thead><tr><th class="number">rank</th>)"
        R"(<th>configuration</th><th class="number">seconds</th><th class="number">speed-up</th>)";
    out += fmt::format(R"(<th class="number">{}</th>)", unit.name);
    out += "<th>limited by</th></tr></thead>\n<tbody>\n";
    out += body + "</tbody></table></div>\n";
    for (const std::string& reason : reasons_not_runnable(rows)) {
        out += element("p", R"( class="hint")", "Predicted only: " + escape_html(reason)) + "\n";
    }
    if (const std::string learnt = learning_note(advice); !learnt.empty()) {
        out += element("p", R"( class="hint")", escape_html(learnt)) + "\n";
    }
    return out + "</section>\n";
}

std::string findings(const Advice& advice) {
    if (advice.findings.empty()) {
        return {};
    }
    constexpr std::size_t k_subjects = 20;
    std::string items;
    for (const Finding* finding : by_severity(advice.findings)) {
        std::string item = element("strong", "", name_of(finding->severity)) + " ";
        item += escape_html(finding->message) + " ";
        item += element("code", "", escape_html(finding->code));
        if (!finding->fix.empty()) {
            item += element("p", "", "Fix: " + escape_html(finding->fix));
        }
        std::string subjects;
        const std::size_t shown = std::min(k_subjects, finding->subjects.size());
        for (std::size_t i = 0; i < shown; ++i) {
            subjects += element("li", "", escape_html(finding->subjects[i]));
        }
        if (shown < finding->subjects.size()) {
            const std::size_t more = finding->subjects.size() - shown;
            subjects += element("li", "", fmt::format("and {} more", more));
        }
        item += subjects.empty() ? "" : element("ul", "", subjects);
        items += element("li", fmt::format(R"( class="{}")", name_of(finding->severity)), item);
        items += "\n";
    }
    return "<section>\n<h2>Findings</h2>\n" + element("ul", R"( class="findings")", items)
           + "\n</section>\n";
}

}  // namespace advisor::report::html
