#pragma once

// Medians of what a profile holds, and how far values spread around theirs.

#include <advisor/base/median.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/profile.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace advisor {

/// Of those that were measured; come by as the weakest of them. Absent where none was.
template <typename T>
[[nodiscard]] Measured<T> median(const std::vector<Measured<T>>& values) {
    std::vector<T> present;
    Source source = Source::not_measured;
    for (const Measured<T>& value : values) {
        if (value.has_value()) {
            present.push_back(value.value());
            source = std::max(source, value.source());
        }
    }
    return present.empty() ? Measured<T>() : Measured<T>(median(std::move(present)), source);
}

/// The median of one part of each whole.
template <typename Whole, typename Part>
[[nodiscard]] auto median_of(const std::vector<const Whole*>& wholes, const Part& part) {
    std::vector<std::remove_cvref_t<decltype(std::invoke(part, *wholes.front()))>> parts;
    parts.reserve(wholes.size());
    for (const Whole* whole : wholes) {
        parts.push_back(std::invoke(part, *whole));
    }
    return median(std::move(parts));
}

/// Part by part; there must be a cost.
[[nodiscard]] Cost median(const std::vector<const Cost*>& costs);

/// The standard deviation of normally distributed values, relative to their median, from the
/// median of their distances to it, which one value in two may be far off without moving:
///   s = 1.4826 b(n) MAD, the factors b(n) for small n from Croux and Rousseeuw,
/// "Time-efficient algorithms for two highly robust estimators of scale" (1992). Of three values
/// it is little more than a guess. Absent for a single value and for a median of zero.
[[nodiscard]] std::optional<double> relative_spread(std::vector<double> values);

}  // namespace advisor
