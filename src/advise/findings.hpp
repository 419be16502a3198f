#pragma once

// Hazards and caveats worth a user's time. A finding is only made where it matters: its threshold
// stands at its function. Grouped by what they speak of; `findings_of` joins the groups, the most
// severe first.

#include <advisor/advise/advise.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/profile.hpp>

#include <vector>

#include "advise/comparison.hpp"
#include "advise/rework.hpp"

namespace advisor {

/// How far the profile can be trusted: failing-suite, incomplete-profile, disturbed-profile,
/// flaky-tests, unsteady-collection, unsteady-order, runs-left-out, unlike-runs, times-only.
[[nodiscard]] std::vector<Finding> profile_findings(const Profile& profile);

/// What tests began and did not end: processes-left, threads-left, descriptors-left.
[[nodiscard]] std::vector<Finding> leftover_findings(const Profile& profile);

/// What in the suite limits the parallel gain: long-test, fixture-repeated, slow-fixture,
/// start-dominates, tiny-tests.
[[nodiscard]] std::vector<Finding> suite_findings(
    const Profile& profile,
    const ModelParameters& parameters,
    const Comparison& comparison,
    const Rework& rework
);

/// What of machine and interpreter stands in the way: xdist-missing, memory-limit, cpu-quota,
/// thread-pools, threads-would-bring.
[[nodiscard]] std::vector<Finding> environment_findings(
    const Profile& profile,
    const std::vector<Prediction>& predictions,
    const Comparison& comparison,
    const Ability& ability
);

[[nodiscard]] std::vector<Finding> findings_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const std::vector<Prediction>& predictions,
    const Comparison& comparison,
    const Rework& rework,
    const Ability& ability
);

}  // namespace advisor
