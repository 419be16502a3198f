#pragma once

// The structural regression gate: head re-simulated with base's durations wherever the change is
// within measurement noise, so that a slow machine alone can never fail a build, and a real change
// (new test, longer fixture, fewer splittable groups) shows as predicted wall and speed-up.

#include <advisor/base/result.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>

#include <vector>

namespace advisor {

struct GateOptions {
    double threshold = 0.05;  ///< relative loss of predicted wall and of speed-up
    /// Compared ones; empty: the best stock xdist configuration of base.
    std::vector<Configuration> configurations;
    std::uint64_t seed = 1;
};

/// An Error if the two profiles cannot be compared at all (nothing in common, another
/// distribution of Python); an incomplete profile gives `inconclusive`.
[[nodiscard]] Result<GateVerdict> gate(
    const Profile& base,
    const Profile& head,
    const ModelParameters& parameters,
    const GateOptions& options
);

}  // namespace advisor
