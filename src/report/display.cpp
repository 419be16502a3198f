#include "report/display.hpp"

#include <algorithm>
#include <array>

namespace advisor::report {

namespace {

struct Glyph {
    std::string_view bytes;
    std::size_t columns = 1;
};

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t Size>
bool within(const std::array<Range, Size>& ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(), [c](const Range& range) {
        return c >= range.first && c <= range.last;
    });
}

/// Blocks rather than single characters: Unicode's EastAsianWidth.txt and the combining blocks.
std::size_t columns_of(char32_t c) {
    constexpr std::array<Range, 5> k_combining{{
        {0x300, 0x36f},
        {0x483, 0x489},
        {0x1ab0, 0x1aff},
        {0x1dc0, 0x1dff},
        {0x20d0, 0x20ff},
    }};
    constexpr std::array<Range, 9> k_wide{{
        {0x1100, 0x115f},
        {0x2e80, 0x303e},
        {0x3041, 0xa4cf},
        {0xac00, 0xd7a3},
        {0xf900, 0xfaff},
        {0xfe30, 0xfe6f},
        {0xff00, 0xff60},
        {0x1f300, 0x1faff},
        {0x20000, 0x3fffd},
    }};
    if (within(k_combining, c)) {
        return 0;
    }
    return within(k_wide, c) ? 2 : 1;
}

/// The first character of `text`, which is valid UTF-8: every text here was escaped before. A
/// stray byte would count as one column.
Glyph first_glyph(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    std::size_t length = 1;
    char32_t code_point = lead;
    if (lead >= 0xf0) {
        length = 4;
        code_point = lead & 0x07U;
    } else if (lead >= 0xe0) {
        length = 3;
        code_point = lead & 0x0fU;
    } else if (lead >= 0xc0) {
        length = 2;
        code_point = lead & 0x1fU;
    }
    length = std::min(length, text.size());
    for (std::size_t i = 1; i < length; ++i) {
        code_point = (code_point << 6U) | (byte(i) & 0x3fU);
    }
    return {text.substr(0, length), columns_of(code_point)};
}

std::vector<Glyph> glyphs_of(std::string_view text) {
    std::vector<Glyph> glyphs;
    glyphs.reserve(text.size());
    while (!text.empty()) {
        glyphs.push_back(first_glyph(text));
        text.remove_prefix(glyphs.back().bytes.size());
    }
    return glyphs;
}

/// The longest run of glyphs from the front of `glyphs` that fits into `width`.
template <typename Iterator>
Iterator fitting(Iterator first, Iterator last, std::size_t width) {
    std::size_t used = 0;
    return std::find_if(first, last, [&](const Glyph& glyph) {
        used += glyph.columns;
        return used > width;
    });
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (const Glyph& glyph : glyphs_of(text)) {
        width += glyph.columns;
    }
    return width;
}

std::string shortened(std::string_view text, std::size_t width, std::string_view ellipsis) {
    // No character is wider than its bytes are many, so that short strings need no decoding.
    if (text.size() <= width || display_width(text) <= width) {
        return std::string(text);
    }
    const std::size_t mark = display_width(ellipsis);
    if (width <= mark) {
        return std::string(ellipsis.substr(0, width < mark ? 0 : ellipsis.size()));
    }
    const std::size_t room = width - mark;
    const std::vector<Glyph> glyphs = glyphs_of(text);
    const auto head_end = fitting(glyphs.begin(), glyphs.end(), room / 2);
    const auto tail_begin = fitting(glyphs.rbegin(), glyphs.rend(), room - room / 2).base();
    std::string out;
    for (auto glyph = glyphs.begin(); glyph != head_end; ++glyph) {
        out += glyph->bytes;
    }
    out += ellipsis;
    for (auto glyph = tail_begin; glyph != glyphs.end(); ++glyph) {
        out += glyph->bytes;
    }
    return out;
}

Lines wrapped(std::string_view text, std::size_t width, std::string_view ellipsis) {
    Lines lines;
    std::string line;
    while (!text.empty()) {
        const std::string_view raw = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), raw.size() + 1));
        if (raw.empty()) {
            continue;
        }
        const std::string word = shortened(raw, width, ellipsis);
        if (line.empty()) {
            line = word;
        } else if (display_width(line) + 1 + display_width(word) <= width) {
            line += ' ';
            line += word;
        } else {
            lines.push_back(std::move(line));
            line = word;
        }
    }
    if (!line.empty()) {
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace advisor::report
