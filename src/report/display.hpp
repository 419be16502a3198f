#pragma once

// Text in columns of a terminal. Widths are counted in code points: combining marks take none,
// East Asian wide characters and emoji two. That is what most terminals do; a cluster joined by
// ZWJ never gets here, because escape_terminal spells the joiner out.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace advisor::report {

using Lines = std::vector<std::string>;

/// No line of text is meant to be wider.
inline constexpr std::size_t k_page_width = 100;

[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` in at most `width` columns; what does not fit is taken out of the middle, because node
/// ids differ at both ends: the file in front, the parameter behind.
[[nodiscard]] std::string
shortened(std::string_view text, std::size_t width, std::string_view ellipsis);

/// Breaks at spaces; a single word wider than `width` is shortened.
[[nodiscard]] Lines wrapped(std::string_view text, std::size_t width, std::string_view ellipsis);

}  // namespace advisor::report
