#include "advisor/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace advisor {

namespace {

/// One code point of UTF-8 and how many bytes it took; length 0 for invalid bytes.
struct Decoded {
    char32_t code_point = 0;
    std::size_t length = 0;
};

Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    std::size_t length = 0;
    char32_t code_point = 0;
    char32_t least = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
        code_point = lead & 0x1fU;
        least = 0x80;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        code_point = lead & 0x0fU;
        least = 0x800;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        code_point = lead & 0x07U;
        least = 0x10000;
    } else {
        return {};
    }
    if (text.size() < length) {
        return {};
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) {
            return {};
        }
        code_point = (code_point << 6U) | (byte(i) & 0x3fU);
    }
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    if (code_point < least || code_point > 0x10ffff || surrogate) {
        return {};
    }
    return {code_point, length};
}

/// Controls, bidirectional overrides and characters without a glyph: what could make a terminal
/// or a reader see something else than what is there (Unicode TR 36, section 3).
bool is_invisible(char32_t c) {
    struct Range {
        char32_t first;
        char32_t last;
    };
    constexpr std::array<Range, 12> k_ranges{{
        {0x00, 0x1f},
        {0x7f, 0x9f},
        {0xad, 0xad},
        {0x61c, 0x61c},
        {0x115f, 0x1160},
        {0x180e, 0x180e},
        {0x200b, 0x200f},
        {0x2028, 0x202e},
        {0x2060, 0x206f},
        {0xfe00, 0xfe0f},
        {0xfeff, 0xfeff},
        {0xe0000, 0xe0fff},
    }};
    return std::any_of(k_ranges.begin(), k_ranges.end(), [c](const Range& range) {
        return c >= range.first && c <= range.last;
    });
}

}  // namespace

std::string format_seconds(Seconds time) {
    const double value = time.value();
    if (!std::isfinite(value)) {
        return "unknown";
    }
    if (value < 0) {
        return "-" + format_seconds(Seconds(-value));
    }
    if (value == 0) {
        return "0 s";
    }
    if (value < 0.9995e-6) {
        return fmt::format("{:.1f} ns", value * 1e9);
    }
    if (value < 0.0009995) {
        return fmt::format("{:.0f} us", value * 1e6);
    }
    if (value < 0.01) {
        return fmt::format("{:.1f} ms", value * 1e3);
    }
    if (value < 0.9995) {
        return fmt::format("{:.0f} ms", value * 1e3);
    }
    if (value < 99.95) {
        return fmt::format("{:.1f} s", value);
    }
    const auto whole = static_cast<long long>(std::llround(value));
    if (whole < 3600) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    const auto minutes = static_cast<long long>(std::llround(value / 60));
    return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string format_bytes(Bytes size) {
    constexpr std::array<std::string_view, 5> k_units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(size.value());
    if (value < 0) {
        return "-" + format_bytes(Bytes(-size.value()));
    }
    std::size_t unit = 0;
    while (value >= 1023.5 && unit + 1 < k_units.size()) {
        value /= 1024;
        ++unit;
    }
    const bool decimal = unit > 0 && value < 9.95;
    return fmt::format("{:.{}f} {}", value, decimal ? 1 : 0, k_units[unit]);
}

std::string format_fixed(double value, int decimals) {
    if (!std::isfinite(value)) {
        return "unknown";
    }
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) {
        text.erase(0, 1);
    }
    return text;
}

std::string format_percent(double fraction) {
    if (!std::isfinite(fraction)) {
        return "unknown";
    }
    const double percent = fraction * 100;
    return format_fixed(percent, std::abs(percent) < 9.95 ? 1 : 0) + " %";
}

std::string format_count(std::size_t count, std::string_view singular, std::string_view plural) {
    if (count == 1) {
        return fmt::format("1 {}", singular);
    }
    return plural.empty() ? fmt::format("{} {}s", count, singular)
                          : fmt::format("{} {}", count, plural);
}

std::string escape_terminal(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Decoded decoded = decode(text);
        if (decoded.length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        if (!is_invisible(decoded.code_point)) {
            out += text.substr(0, decoded.length);
        } else if (decoded.code_point < 0x100) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(decoded.code_point));
        } else {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(decoded.code_point));
        }
        text.remove_prefix(decoded.length);
    }
    return out;
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : escape_terminal(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string escape_markdown(std::string_view text) {
    constexpr std::string_view k_active = "\\`*_{}[]<>#|!~@:&";
    std::string out;
    for (const char c : escape_terminal(text)) {
        if (k_active.find(c) != std::string_view::npos) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

std::optional<std::string>
nearest(std::string_view word, const std::vector<std::string_view>& known) {
    const auto closest =
        std::min_element(known.begin(), known.end(), [&](std::string_view a, std::string_view b) {
            return edit_distance(word, a) < edit_distance(word, b);
        });
    const std::size_t tolerance = std::max<std::size_t>(1, word.size() / 3);
    if (closest == known.end() || edit_distance(word, *closest) > tolerance) {
        return std::nullopt;
    }
    return std::string(*closest);
}

}  // namespace advisor
