#pragma once

// What in a suite could be changed to make its best parallel run shorter, and by how much: the run
// simulated again with the suite as changed. Only what saves enough to be worth a sentence.

#include <advisor/base/units.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/model/predict.hpp>

#include <cstdint>
#include <optional>
#include <vector>

#include "advise/comparison.hpp"

namespace advisor {

/// A fixture of class scope or wider; its parameters count as one.
struct FixtureRework {
    FixtureIndex fixture;
    Seconds once;                    ///< mean of a set-up with its tear-down
    std::uint64_t sequential = 0;    ///< set-ups of a sequential run
    std::uint64_t parallel = 0;      ///< set-ups of the parallel one, as simulated
    Seconds freed;                   ///< saved if it took no time
    std::optional<Seconds> widened;  ///< saved if it had session scope; where it has not
};

struct Rework {
    std::vector<FixtureRework> fixtures;  ///< those that save most, first
    /// Longer than an even share, a quarter of the predicted wall and a second; longest first.
    std::vector<TestIndex> long_tests;
    Seconds split;  ///< saved if each of these were two of half its length
};

/// Of `comparison.parallel`; nothing where that is null. `least_saving` says what is enough.
[[nodiscard]] Rework rework_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const PredictionOptions& options,
    const Comparison& comparison
);

/// 3 % of the predicted wall, and half a second.
[[nodiscard]] Seconds least_saving(const Prediction& prediction);

}  // namespace advisor
