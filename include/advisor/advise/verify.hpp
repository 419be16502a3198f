#pragma once

// Whether runs were as good as their predictions promised. Pure.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/verification.hpp>

#include <cstddef>
#include <vector>

namespace advisor {

/// What to run: the predictions in `advice` that can run here, the best of each mode, at most
/// `most` of them, in the order of their ranks. Sequential is not among them.
[[nodiscard]] std::vector<Prediction> worth_verifying(const Advice& advice, std::size_t most);

/// Fills in what the runs say. A configuration is worse than promised if its speed-up falls short
/// of the low end of its prediction by more than the noise, or if its exit code is another than the
/// sequential run's. Seconds are not held against it: the machine may be faster or slower than when
/// the suite was recorded, which the speed-up does not notice. Without runs it says so.
[[nodiscard]] Verification verify(std::vector<VerifiedConfiguration> runs);

}  // namespace advisor
