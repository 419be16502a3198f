#pragma once

// Why a point of a plan was chosen, or why none could be.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
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

/// One or two sentences; `target` zero: none was given. Empty where there is no point at all.
[[nodiscard]] std::string
reason_of(const std::vector<Bounded>& points, std::optional<std::size_t> chosen, Seconds target);

/// Which configurations ask for more machines than the suite has files, and have no point
/// therefore; empty for none.
[[nodiscard]] std::string
left_out_of(const std::vector<Configuration>& asked_for, std::size_t files);

}  // namespace advisor
