#pragma once

// The capacity plan: wall, memory and cost over machine types, machines and workers, and the
// cheapest point that meets a target. Billing is in whole minutes per machine and run.
//
// Each machine gets its shard (whole files, see shards_of()), pays its own set-up, and starts and
// collects the whole suite, which errs to the slow side where other files are not even imported.
// The wall of a point is that of the slowest machine.
//
// Other machines. The local capacity curve is taken per core and stretched to the type's cores: a
// machine with m times the cores has m times the capacity at m times the runnable processes. That
// is an extrapolation: it knows nothing of the other machine's clock, caches or hyper-threads,
// and a suite that waits for a shared service will not scale so.

#include <advisor/base/units.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

struct PlanOptions {
    Seconds target;                   ///< zero: none; the plan then only shows the curve
    std::uint32_t most_machines = 8;  ///< at least 1
    std::vector<MachineType> machines;
    std::string prices_as_of;
    /// Of one machine; one that names shards is planned for that many machines only. Empty:
    /// sequential, and the best stock distribution for as many workers as cores (and twice as many
    /// where the suite waits).
    std::vector<Configuration> configurations;
    std::uint64_t seed = 1;
};

/// Points by machine type as given, machines, configuration. Chosen is the cheapest whose wall.high
/// meets the target and that fits its memory with 20 % to spare; of equally cheap ones the one
/// with fewer machines, then the lower wall.high.
[[nodiscard]] CapacityPlan
plan(const Profile& profile, const ModelParameters& parameters, const PlanOptions& options);

/// Whole minutes billed for a job of this length: rounded up, at least one.
[[nodiscard]] std::uint64_t billed_minutes(Seconds job);

/// What each machine of a point runs, without the line for a shell: files are dealt by descending
/// sequential time to the least loaded machine, so that every test is in exactly one shard. Shards
/// may be empty where there are fewer files.
[[nodiscard]] ShardManifest shards_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const PlanPoint& point,
    std::uint64_t seed = 1
);

}  // namespace advisor
