#pragma once

// Blocks that several documents have in common.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/report/text.hpp>

#include <vector>

#include "report/style.hpp"

namespace advisor::report {

/// One line a part: seconds, share of `whole`, bar. `whole` above zero.
[[nodiscard]] Lines share_lines(const Breakdown& parts, Seconds whole, const TextStyle& style);

/// "Not measured" and one line for each; empty for none.
[[nodiscard]] Lines missing_lines(const std::vector<Missing>& missing, const TextStyle& style);

}  // namespace advisor::report
