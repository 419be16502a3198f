#pragma once

// Which test and fixture of head is which of base, how much faster one machine was than the other,
// and how much one and the same test differs between the two profiles.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace advisor {

struct Matching {
    std::vector<std::optional<std::uint32_t>> base_test;     ///< by head's test
    std::vector<std::optional<std::uint32_t>> base_fixture;  ///< by head's fixture definition
    std::uint64_t common_tests = 0;
    double speed_ratio = 1.0;  ///< head's CPU time over base's, for the same work
    double spread = 0.0;       ///< robust standard deviation of log(head / base), tests in common
};

/// Tests by id, those with the same id by their order; fixtures by name, place and scope.
[[nodiscard]] Matching match(const Profile& base, const Profile& head);

/// `cost` as base's machine would have shown it: CPU and GIL times divided by `speed_ratio`,
/// blocked time as it is (a sleep takes as long on any machine), without waiting for a core.
[[nodiscard]] Cost normalised(const Cost& cost, double speed_ratio);
[[nodiscard]] TestCost normalised(TestCost test, double speed_ratio);

}  // namespace advisor
