#pragma once

// How coarsely a configuration may be simulated.

#include <advisor/domain/configuration.hpp>

#include <cstdint>

#include "model/costs.hpp"
#include "model/course.hpp"

namespace advisor::model {

/// How coarse a simulation is. By default not at all: every test is simulated by itself. Else tests
/// that a worker runs one after the other without the policy looking count as one: core sharing
/// asks for the fraction of computing alone and not for the length of bursts, so that what is lost
/// is the order of tests within a run. On lanes that share a GIL they count as one of each kind
/// (gil_portions.hpp). Not with a schedule or --maxfail.
struct Grain {
    std::uint32_t run = 0;   ///< a run is at most such a part of a worker's even share
    std::uint32_t deal = 0;  ///< what is dealt at once: of a worker's even share of the rest
};

/// What of a suite cannot be divided, and so decides who waits for whom at the end.
struct Lumps {
    double longest_s = 0.0;  ///< test
    double narrow_s = 0.0;   ///< one instance of each fixture that does not live for the session
    /// Instances of session or package scope that cannot live side by side.
    bool wide_rivals = false;
};

[[nodiscard]] Lumps lumps_of(const FixturePlan& plan);

/// The coarsest with which a wall is within 0.5 % of the exact one, as bench/predict and
/// tests/model/coarse_test.cpp have found it: none at all for
///   - a controller that messages keep busy, as when they come decides what workers wait for;
///   - a test that takes a considerable part of the run, as who gets it decides;
///   - narrow fixtures that take a considerable part of the time, on lanes once for each, as who
///     gets which test decides how often they are set up; and the same with wide rivals;
///   - lanes of which about one wants the GIL at a time, as chance decides how long they wait.
[[nodiscard]] Grain grain_of(
    const Courses& courses,
    const Lumps& lumps,
    const Configuration& configuration,
    const RunCosts& costs,
    double cores
);

}  // namespace advisor::model
