#pragma once

// How text looks on a terminal: a handful of tones, glyphs with a plain ASCII stand-in, and lines.
// Everything laid out here passes escape_terminal first, so that no renderer can forget it.

#include <advisor/report/text.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "report/display.hpp"

namespace advisor::report {

enum class Tone : std::uint8_t { plain, strong, good, warn, bad, dim };

/// `text`, which must be escaped already, in the colours of `tone`.
[[nodiscard]] std::string painted(std::string_view text, Tone tone, const TextStyle& style);

[[nodiscard]] std::string_view ellipsis(const TextStyle& style);

/// A bar of at most `width` columns for a share from 0 to 1; never empty for a share above zero.
[[nodiscard]] std::string bar(double share, std::size_t width, const TextStyle& style);

/// A heading: one emphasised line.
[[nodiscard]] std::string heading(std::string_view text, const TextStyle& style);

/// `text` escaped and wrapped to the page; `first` stands before the first line, blanks of its
/// width before the others.
[[nodiscard]] Lines paragraph(
    std::string_view first, std::string_view text, const TextStyle& style, Tone tone = Tone::plain
);

/// Facts on as few lines as the page's width allows, never broken inside a fact that fits.
[[nodiscard]] Lines fact_lines(const std::vector<std::string>& facts, const TextStyle& style);

/// "a, b, c and 4 more", each subject shortened to fit; empty for none.
[[nodiscard]] std::string
subject_list(const std::vector<std::string>& subjects, std::size_t most, const TextStyle& style);

[[nodiscard]] Lines operator+(Lines a, const Lines& b);

/// Sections with an empty line between them; empty sections are left out.
[[nodiscard]] std::string page(std::initializer_list<Lines> sections);

}  // namespace advisor::report
