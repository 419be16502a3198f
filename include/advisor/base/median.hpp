#pragma once

#include <advisor/base/assert.hpp>

#include <algorithm>
#include <vector>

namespace advisor {

/// The middle one of `values`, or the mean of the two middle ones; there must be a value.
template <typename T>
[[nodiscard]] T median(std::vector<T> values) {
    ADVISOR_ASSERT(!values.empty(), "a median is of one value at least");
    std::sort(values.begin(), values.end());
    const T upper = values[values.size() / 2];
    const T lower = values[(values.size() - 1) / 2];
    return lower + (upper - lower) / 2;
}

}  // namespace advisor
