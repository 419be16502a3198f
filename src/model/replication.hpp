#pragma once

// Runs with other durations than the profiled ones, for intervals.

#include <advisor/domain/advice.hpp>

#include <cstdint>
#include <vector>

#include "model/engine.hpp"

namespace advisor::model {

/// Factors of one replication. Draws depend on the seed, the replication and the position of a
/// test in its profile alone, so that all configurations of a suite meet the same draws.
[[nodiscard]] Perturbation
perturbed(const Workload& workload, std::uint64_t seed, std::uint32_t replication);

/// How much faster or slower the whole machine happens to be in one replication.
[[nodiscard]] double machine_factor(std::uint64_t seed, std::uint32_t replication);

/// The 5 % and 95 % points of `draws` around `mid`, each widened by the relative error `error` as
/// an independent one: the distances from mid are added in squares. low <= mid <= high.
[[nodiscard]] Interval<double> interval_of(std::vector<double> draws, double mid, double error);

}  // namespace advisor::model
