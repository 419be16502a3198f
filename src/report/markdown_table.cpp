#include "report/markdown_table.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/words.hpp"

namespace advisor::report::markdown {

namespace {

std::string cell(const Cell& cell, bool strong) {
    const std::string text = escape_markdown(cell.text);
    return strong && !text.empty() ? "**" + text + "**" : text;
}

std::size_t longest_run(std::string_view text, char wanted) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == wanted ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

}  // namespace

std::string table(const std::vector<Column>& columns, const std::vector<Row>& rows) {
    std::string out = "|";
    for (const Column& column : columns) {
        out += " " + escape_markdown(column.header) + " |";
    }
    out += "\n|";
    for (const Column& column : columns) {
        out += column.align == Align::right ? " ---: |" : " :--- |";
    }
    out += "\n";
    for (const Row& row : rows) {
        const bool strong = !row.empty() && row.front().tone == Tone::strong;
        out += "|";
        for (const Cell& each : row) {
            out += " " + cell(each, strong) + " |";
        }
        out += "\n";
    }
    return out + "\n";
}

std::string table_of(const std::vector<report::Column>& columns, const std::vector<Row>& rows) {
    std::vector<Column> converted;
    converted.reserve(columns.size());
    for (const report::Column& column : columns) {
        converted.push_back({column.header, column.align});
    }
    return table(converted, rows);
}

std::string heading(std::string_view text) {
    return fmt::format("### {}\n\n", escape_markdown(text));
}

std::string sentence(std::string_view text) {
    return text.empty() ? std::string() : escape_markdown(text) + "\n\n";
}

std::string bullets(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) {
        out += "- " + escape_markdown(item) + "\n";
    }
    return out.empty() ? out : out + "\n";
}

std::string code_block(std::string_view text) {
    const std::string code = escape_terminal(text);
    const std::string fence(std::max<std::size_t>(3, longest_run(code, '`') + 1), '`');
    return fmt::format("{0}sh\n{1}\n{0}\n\n", fence, code);
}

std::string details(std::string_view summary, std::string_view raw) {
    return fmt::format(
        "<details>\n<summary>{}</summary>\n\n{}</details>\n\n", escape_html(summary), raw
    );
}

std::string missing(const std::vector<Missing>& gaps) {
    if (gaps.empty()) {
        return {};
    }
    std::vector<std::string> items;
    for (const Missing& gap : grouped(gaps)) {
        items.push_back(gap.what + ": " + gap.because);
    }
    return heading("Not measured") + bullets(items);
}

}  // namespace advisor::report::markdown
