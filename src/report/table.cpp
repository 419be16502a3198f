#include "report/table.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/base/text.hpp>

#include <algorithm>
#include <numeric>

namespace advisor::report {

namespace {

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_least_elastic = 8;

using Widths = std::vector<std::size_t>;

Widths natural_widths(const Table& table) {
    Widths widths;
    for (const Column& column : table.columns) {
        widths.push_back(display_width(column.header));
    }
    for (const Row& row : table.rows) {
        ADVISOR_ASSERT(row.size() == widths.size(), "a row has one cell for each column");
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(escape_terminal(row[i].text)));
        }
    }
    return widths;
}

/// Takes columns off the widest elastic column until the table fits or none can give more.
Widths fitted_widths(const Table& table, std::size_t indent) {
    Widths widths = natural_widths(table);
    const std::size_t gaps = widths.empty() ? 0 : k_gap * (widths.size() - 1);
    const std::size_t fixed = indent + gaps;
    while (std::accumulate(widths.begin(), widths.end(), fixed) > k_page_width) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const bool gives = table.columns[i].fit == Fit::elastic && widths[i] > k_least_elastic;
            if (gives && (widest == widths.size() || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widest == widths.size()) {
            break;
        }
        --widths[widest];
    }
    return widths;
}

std::string padded(const Cell& cell, std::size_t width, Align align, const TextStyle& style) {
    const std::string text = shortened(escape_terminal(cell.text), width, ellipsis(style));
    const std::string blanks(width - std::min(width, display_width(text)), ' ');
    const std::string seen = painted(text, cell.tone, style);
    return align == Align::right ? blanks + seen : seen + blanks;
}

std::string
line_of(const Table& table, const Row& row, const Widths& widths, const TextStyle& style) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) {
            line.append(k_gap, ' ');
        }
        line += padded(row[i], widths[i], table.columns[i].align, style);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

Lines lines_of(const Table& table, std::size_t indent, const TextStyle& style) {
    const Widths widths = fitted_widths(table, indent);
    const std::string margin(indent, ' ');
    Row header;
    bool any_header = false;
    for (const Column& column : table.columns) {
        header.push_back({column.header, Tone::dim});
        any_header = any_header || !column.header.empty();
    }
    Lines lines;
    if (any_header) {
        lines.push_back(margin + line_of(table, header, widths, style));
    }
    for (const Row& row : table.rows) {
        lines.push_back(margin + line_of(table, row, widths, style));
    }
    return lines;
}

}  // namespace advisor::report
