#pragma once

// What the machines of a capacity plan run, in a directory for CI.

#include <advisor/base/result.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/verdict.hpp>

#include <string>

#include "cli/given_profile.hpp"

namespace advisor::cli {

/// The chosen point, else the only one; an error where there are several.
[[nodiscard]] Result<PlanPoint> point_to_share(const CapacityPlan& plan);

/// Writes into `directory`, made if need be: shards.json, the document; matrix.json, the jobs of a
/// matrix; and shard-1-of-3.txt and so on, pytest's arguments of each machine. What an earlier plan
/// left there is removed first. An error where a machine could not run its part as planned, or a
/// file of the recording is not where its tests' ids say.
/// Removes what an earlier plan wrote.
void remove_shards(const std::string& directory);

[[nodiscard]] Status write_shards(
    const std::string& directory,
    const GivenProfile& basis,
    const ModelParameters& parameters,
    const PlanPoint& point
);

}  // namespace advisor::cli
