#include "report/style.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace advisor::report {

std::string painted(std::string_view text, Tone tone, const TextStyle& style) {
    constexpr std::array<std::string_view, 6> k_codes{"", "1", "32", "33", "31", "2"};
    const std::string_view code = k_codes.at(static_cast<std::size_t>(tone));
    if (!style.colour || code.empty() || text.empty()) {
        return std::string(text);
    }
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string_view ellipsis(const TextStyle& style) {
    return style.unicode ? "\u2026" : "...";
}

std::string bar(double share, std::size_t width, const TextStyle& style) {
    if (!(share > 0)) {
        return {};
    }
    constexpr std::array<std::string_view, 8> k_eighths{
        "", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
    const double columns = std::min(share, 1.0) * static_cast<double>(width);
    if (!style.unicode) {
        return std::string(static_cast<std::size_t>(std::max(1.0, std::round(columns))), '#');
    }
    const auto eighths = static_cast<std::size_t>(std::max(1.0, std::round(columns * 8)));
    std::string out;
    for (std::size_t i = 0; i < eighths / 8; ++i) {
        out += "\u2588";
    }
    out += k_eighths.at(eighths % 8);
    return out;
}

std::string heading(std::string_view text, const TextStyle& style) {
    return painted(
        shortened(escape_terminal(text), k_page_width, ellipsis(style)), Tone::strong, style
    );
}

Lines paragraph(std::string_view first, std::string_view text, const TextStyle& style, Tone tone) {
    const std::size_t indent = display_width(first);
    Lines lines = wrapped(escape_terminal(text), k_page_width - indent, ellipsis(style));
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string lead = i == 0 ? std::string(first) : std::string(indent, ' ');
        lines[i] = lead + painted(lines[i], tone, style);
    }
    return lines;
}

Lines fact_lines(const std::vector<std::string>& facts, const TextStyle& style) {
    const std::string_view separator = style.unicode ? " \u00b7 " : " | ";
    Lines lines;
    for (const std::string& raw : facts) {
        const std::string fact = shortened(escape_terminal(raw), k_page_width, ellipsis(style));
        const bool fits =
            !lines.empty()
            && display_width(lines.back()) + display_width(separator) + display_width(fact)
                   <= k_page_width;
        if (fits) {
            lines.back() += separator;
            lines.back() += fact;
        } else {
            lines.push_back(fact);
        }
    }
    return lines;
}

std::string
subject_list(const std::vector<std::string>& subjects, std::size_t most, const TextStyle& style) {
    constexpr std::size_t k_subject_width = 72;
    std::string out;
    const std::size_t shown = std::min(most, subjects.size());
    for (std::size_t i = 0; i < shown; ++i) {
        out += i == 0 ? "" : ", ";
        out += shortened(escape_terminal(subjects[i]), k_subject_width, ellipsis(style));
    }
    if (shown < subjects.size()) {
        out += fmt::format(" and {} more", subjects.size() - shown);
    }
    return out;
}

Lines operator+(Lines a, const Lines& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::string page(std::initializer_list<Lines> sections) {
    std::string out;
    for (const Lines& section : sections) {
        if (section.empty()) {
            continue;
        }
        if (!out.empty()) {
            out += '\n';
        }
        for (const std::string& line : section) {
            out += line;
            out += '\n';
        }
    }
    return out;
}

}  // namespace advisor::report
