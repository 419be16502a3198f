#pragma once

// A large workload in fewer pieces, for the replications: how far a wall time spreads does not
// take every test to see.

#include <advisor/model/workload.hpp>

#include <cstdint>
#include <vector>

#include "model/engine.hpp"

namespace advisor::model {

/// Neighbours that share collector, needs and units are merged until they hold a `pieces`-th part
/// of the suite's time, or two of its number; what is longer stays alone.
struct Compressed {
    Workload workload;
    std::vector<std::uint32_t> piece_of;  ///< by test of the original
};

/// `extra`: what the runner adds to each test, so that a piece holds it once for each of its own.
[[nodiscard]] Compressed
compressed(const FixturePlan& original, std::size_t pieces, const Demand& extra);

/// The factors of the pieces, from those of the tests: means weighted with the tests' lengths.
[[nodiscard]] Perturbation compressed(
    const Perturbation& original,
    const Workload& workload,
    const std::vector<std::uint32_t>& piece_of
);

}  // namespace advisor::model
