#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/text_parts.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

Lines header(const Advice& advice, const TextStyle& style) {
    return fact_lines(advice_facts(advice), style)
           + paragraph("", failure_note(advice), style, Tone::bad);
}

Tone tone_of(const Prediction& row, const Prediction* recommended) {
    if (&row == recommended) {
        return Tone::good;
    }
    if (!row.fits_memory) {
        return Tone::warn;
    }
    return row.can_run ? Tone::plain : Tone::dim;
}

std::string marks_of(const Prediction& row, const Prediction* recommended) {
    std::string marks = &row == recommended ? ">" : row.tied_with_best ? "=" : "";
    return marks + (row.can_run ? "" : "~");
}

Table ranking_table(const std::vector<const Prediction*>& rows, const Prediction* recommended) {
    Seconds smallest = rows.front()->wall.mid;
    Bytes least = rows.front()->peak_memory;
    for (const Prediction* row : rows) {
        smallest = std::min(smallest, row->wall.mid);
        least = std::min(least, row->peak_memory);
    }
    const int decimals = decimals_for(smallest);
    const MemoryUnit unit = memory_unit_for(least);
    Table table;
    table.columns = {
        {"", Align::left, Fit::rigid},
        {"#", Align::right, Fit::rigid},
        {"configuration", Align::left, Fit::elastic},
        {"seconds", Align::right, Fit::rigid},
        {"range", Align::right, Fit::rigid},
        {"speed-up", Align::right, Fit::rigid},
        {"range", Align::right, Fit::rigid},
        {std::string(unit.name), Align::right, Fit::rigid},
        {"limited by", Align::left, Fit::elastic}};
    for (const Prediction* row : rows) {
        const Tone tone = tone_of(*row, recommended);
        table.rows.push_back(
            {{marks_of(*row, recommended), tone},
             {fmt::format("{}", row->rank), tone},
             {label(row->configuration), tone},
             {seconds_text(row->wall.mid, decimals), tone},
             {range_text(row->wall, decimals), Tone::dim},
             {times_text(row->speedup.mid), tone},
             {range_text(row->speedup), Tone::dim},
             {memory_text(row->peak_memory, unit), Tone::plain},
             {(row->fits_memory ? "" : "too little memory; ") + short_bound_words(*row), Tone::dim}}
        );
    }
    return table;
}

Lines legend(
    const Advice& advice, const std::vector<const Prediction*>& rows, const TextStyle& style
) {
    std::string marks = "> recommended";
    const bool ties = std::any_of(rows.begin(), rows.end(), [&](const Prediction* row) {
        return row->tied_with_best && row != recommended_of(advice);
    });
    marks += ties ? ", = as good within the range" : "";
    const std::string order = order_words(rows);
    marks += (order.empty() ? "" : "; " + order) + "; " + range_words(rows);
    if (rows.size() < advice.predictions.size()) {
        marks += fmt::format("; {} more with --all", advice.predictions.size() - rows.size());
    }
    Lines lines = paragraph("  ", marks, style, Tone::dim)
                  + paragraph("  ", learning_note(advice), style, Tone::dim);
    for (const std::string& reason : reasons_not_runnable(rows)) {
        lines = lines + paragraph("  ~ predicted only: ", reason, style, Tone::warn);
    }
    return lines;
}

Lines ranking(const Advice& advice, const TextStyle& style) {
    const auto rows = selected(advice, style.every_row ? Selection::all : Selection::best);
    if (rows.empty()) {
        return paragraph("", "No configuration could be predicted.", style, Tone::bad);
    }
    return lines_of(ranking_table(rows, recommended_of(advice)), 0, style)
           + legend(advice, rows, style);
}

/// A command over several lines, each but the last ended by a backslash. A single word wider than
/// the page stays whole: a shortened one could not be pasted.
Lines command_lines(const std::vector<std::string>& command, const TextStyle& style) {
    constexpr std::size_t k_room = k_page_width - 6;
    Lines lines;
    for (const std::string& raw : command) {
        const std::string word = shell_word(raw);
        if (!lines.empty() && display_width(lines.back()) + 1 + display_width(word) <= k_room) {
            lines.back() += " " + word;
        } else {
            lines.push_back((lines.empty() ? "    " : "        ") + word);
        }
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        lines[i] = painted(lines[i] + (i + 1 < lines.size() ? " \\" : ""), Tone::strong, style);
    }
    return lines;
}

Lines recommendation(const Advice& advice, const TextStyle& style) {
    const Prediction* best = recommended_of(advice);
    if (best == nullptr) {
        return {};
    }
    Lines lines{
        painted("Recommended: ", Tone::strong, style)
        + painted(
            shortened(
                escape_terminal(
                    fmt::format("{}  ({})", label(best->configuration), advice.recommended)
                ),
                k_page_width - 13,
                ellipsis(style)
            ),
            Tone::good,
            style
        )};
    return lines + command_lines(best->command, style) + paragraph("  ", advice.reason, style);
}

Lines breakdown(const Advice& advice, const TextStyle& style) {
    const Prediction* best = recommended_of(advice);
    if (best == nullptr || best->breakdown.empty() || !(best->wall.mid > Seconds(0))) {
        return {};
    }
    const int decimals = decimals_for(best->wall.mid);
    const std::string title =
        fmt::format("Where the {} s go", seconds_text(best->wall.mid, decimals));
    return Lines{heading(title, style)} + share_lines(best->breakdown, best->wall.mid, style);
}

Tone tone_of(Severity severity) {
    switch (severity) {
    case Severity::breaks: return Tone::bad;
    case Severity::slows: return Tone::warn;
    case Severity::note: break;
    }
    return Tone::dim;
}

Lines finding_lines(const Finding& finding, const TextStyle& style) {
    const std::string lead = fmt::format("  {:<6}  ", name_of(finding.severity));
    Lines lines = paragraph(lead, fmt::format("{} [{}]", finding.message, finding.code), style);
    // The tone goes on after wrapping, so that the margin is measured without escape codes.
    lines.front().replace(0, lead.size(), painted(lead, tone_of(finding.severity), style));
    if (!finding.subjects.empty()) {
        lines =
            lines
            + paragraph("          ", subject_list(finding.subjects, 3, style), style, Tone::dim);
    }
    if (!finding.fix.empty()) {
        lines = lines + paragraph("          fix: ", finding.fix, style);
    }
    return lines;
}

Lines findings(const Advice& advice, const TextStyle& style) {
    if (advice.findings.empty()) {
        return {};
    }
    Lines lines{heading("Findings", style)};
    for (const Finding* finding : by_severity(advice.findings)) {
        lines = lines + finding_lines(*finding, style);
    }
    return lines;
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const Advice& advice, const TextStyle& style) {
    using namespace report;
    return page(
        {header(advice, style),
         ranking(advice, style),
         recommendation(advice, style),
         breakdown(advice, style),
         findings(advice, style),
         missing_lines(advice.measured_with.missing, style),
         paragraph("", prior_note(advice.parameters), style, Tone::dim)}
    );
}

}  // namespace advisor
