#pragma once

// Dealing a suite's files to machines.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// As shard() of the door, by position of the test in the profile.
[[nodiscard]] std::vector<std::vector<std::uint32_t>>
shard_indices(const Profile& profile, std::uint32_t shards);

}  // namespace advisor
