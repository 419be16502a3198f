#pragma once

// The capacity plan: wall, memory and cost over machine types, machines and workers, and the
// cheapest point that meets a target. Billing is in whole minutes per machine and run.

#include <advisor/base/units.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

struct PlanOptions {
    Seconds target;  ///< zero: none; the plan then only shows the curve
    std::uint32_t most_machines = 8;
    std::vector<MachineType> machines;
    std::string prices_as_of;
    std::vector<Configuration> configurations;  ///< empty: best stock distribution per worker count
    std::uint64_t seed = 1;
};

[[nodiscard]] CapacityPlan
plan(const Profile& profile, const ModelParameters& parameters, const PlanOptions& options);

/// Whole minutes billed for a job of this length: rounded up, at least one.
[[nodiscard]] std::uint64_t billed_minutes(Seconds job);

/// Tests of each of `shards` parts, by node id: files dealt by descending sequential time to the
/// least loaded part, collection order kept inside a part.
[[nodiscard]] std::vector<std::vector<std::string>>
shard(const Profile& profile, std::uint32_t shards);

}  // namespace advisor
