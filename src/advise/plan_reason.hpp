#pragma once

// Why a point of a plan was chosen, or why none could be.

#include <advisor/base/units.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// A point with what binds its slowest machine: "bound by ...".
struct Bounded {
    PlanPoint point;
    std::string bound;
};

/// One or two sentences; `target` zero: none was given.
[[nodiscard]] std::string
reason_of(const std::vector<Bounded>& points, std::optional<std::size_t> chosen, Seconds target);

}  // namespace advisor
