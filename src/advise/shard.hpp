#pragma once

// Dealing a suite's files to machines.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// Tests of each part by position in the profile, ascending. Files are dealt by descending
/// sequential time to the least loaded part; parts are empty where there are fewer files. Every
/// test is in exactly one part.
[[nodiscard]] std::vector<std::vector<std::uint32_t>>
shard_indices(const Profile& profile, std::uint32_t shards);

}  // namespace advisor
