#pragma once

// The structural regression gate: does a change of the suite lose parallel speed-up?
//
// Two profiles, one of each side, are never compared as they are: machines differ and noise is
// large. Head is rebuilt with base's durations wherever the difference is within measurement noise
// (after its CPU times were divided by the ratio of the machines' speeds), and both are simulated
// on base's machine. A slow or noisy machine alone can therefore not fail a build; what is left is
// a material change: a new test, a longer fixture, a longer collection, tests tied together.
//
// Material: the difference exceeds 0.25 s (0.5 s for start, collection and finish), and 30 % of
// base for a fixture, 40 % for a test, 50 % for start, collection and finish, to which come two
// robust standard deviations of what the suite's tests in common differ by. Small changes in one
// file are summed and held to the bounds of a test, as a "file". Of profiles without CPU times
// (imports) the machines' speeds are not known, and the bounds alone keep a slow machine out.
//
// The rule, for each compared configuration with walls B of base, H of head and speed-up S of base:
//   E = B + max(0, added - removed) / max(1, S)     what head may take: new work that scales as
//                                                   well as the old; "added" is the new tests and
//                                                   the fixtures that only new tests use
//   loss = min(H - E, what the changes cost by themselves)
// A regression is a loss of at least 0.2 s and of more than `threshold` * E in any of them. The
// second term of the minimum is there because schedules are not monotone: a new test of 10 ms can
// move another to a worker that must first set up its fixture. That is luck, not a regression.
//
// Worked example, 4 workers, 2 s of start, 40 tests of 1 s: B = 12 s, sequential 42 s, S = 3.5.
// Eight more such tests: E = 12 + 8 / 3.5 = 14.3 s, H = 14 s: pass. One test of 40 s at the end:
// E = 12 + 40 / 3.5 = 23.4 s, H = 52 s, loss 28.6 s of 23.4 s: regression. A new session fixture of
// 3 s that all use: E = B, H = 15 s, loss 3 s of 12 s: regression.

#include <advisor/base/result.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

struct GateOptions {
    double threshold = 0.05;  ///< relative loss of predicted wall that is a regression
    /// Compared ones; empty: stock xdist with as many workers as base's machine has cores, and
    /// with more so that repeated fixtures show: `load` and base's best distribution of each.
    std::vector<Configuration> configurations;
    std::uint64_t seed = 1;
};

/// `inconclusive` where a profile is incomplete or fewer than half of the tests are in both;
/// `unfit` where others had more than 30 % of a profile's machine. The culprits of a regression, at
/// most five, are the changes that gain most in the worst configuration when they alone are undone.
/// An Error if the profiles cannot be compared at all: no test in common, no tests, or another
/// Python (implementation, minor version, with or without the GIL).
[[nodiscard]] Result<GateVerdict> gate(
    const Profile& base,
    const Profile& head,
    const ModelParameters& parameters,
    const GateOptions& options
);

}  // namespace advisor
