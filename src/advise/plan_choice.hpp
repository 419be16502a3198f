#pragma once

// Arithmetic of a plan on values: billing, the capacity of another machine, the choice.

#include <advisor/base/units.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// `local`, measured on `local_cores`, for a machine with `cores` (extrapolated; see plan.hpp).
[[nodiscard]] ModelParameters
stretched(ModelParameters local, double local_cores, std::uint32_t cores);

/// Sets billed minutes and cost from the walls of the machines, without their set-up.
[[nodiscard]] PlanPoint billed(PlanPoint point, const std::vector<Seconds>& machine_walls);

/// The cheapest point that meets the target and fits, as plan.hpp says.
[[nodiscard]] std::optional<std::size_t> cheapest(const std::vector<PlanPoint>& points);

}  // namespace advisor
