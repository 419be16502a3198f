#pragma once

// How often fixtures are set up again when a suite is spread over workers.
//
// An upper bound from the runner's rule, not a simulation: it names the fixtures that can cost,
// while what they do cost is part of the prediction.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

struct Repetition {
    FixtureIndex fixture;
    Seconds once;                  ///< mean of a set-up with its tear-down
    std::uint64_t sequential = 0;  ///< set-ups in the profiled run
    std::uint64_t further = 0;     ///< at most so many more
};

/// Fixtures of class scope or wider that were set up at all, in the order of their definitions.
[[nodiscard]] std::vector<Repetition>
repetitions_of(const Profile& profile, const Configuration& configuration);

}  // namespace advisor
