#pragma once

// Random small suites for the laws of scheduling; see laws.hpp beside the rooms.

#include <advisor/model/workload.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace advisor::building {

/// A suite of tests that wait, in whole ticks of 2^-10 s: sums of them are exact.
struct Draft {
    std::vector<std::uint32_t> ticks;
    std::vector<std::uint32_t> files;  ///< of each test, ascending
    std::uint32_t workers = 1;
    std::uint32_t dist = 0;  ///< into k_distributions
};

inline constexpr double k_tick_s = 1.0 / 1024;
inline const std::vector<std::string> k_distributions{
    "load", "worksteal", "loadscope", "loadfile", "loadgroup"};

[[nodiscard]] Draft draft(std::uint64_t seed);
[[nodiscard]] Workload workload_of(const Draft& draft);
/// "processes=N,dist=..." of the draft's workers and distribution.
[[nodiscard]] std::string spec_of(const Draft& draft);

/// For each draft; made smaller by dropping and shortening tests and taking workers away.
void for_all(const std::function<bool(const Draft&)>& holds);

}  // namespace advisor::building
