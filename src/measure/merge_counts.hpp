#pragma once

// Counts of a test in several runs made one.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

/// A test as one run recorded it.
struct CountedTest {
    const TestCost* test = nullptr;
    const std::vector<std::string>* events = nullptr;  ///< `Profile::counted` of that run
};

/// What any of the runs counted, in the order of the first that has each.
[[nodiscard]] std::vector<std::string> merged_events(const std::vector<const Profile*>& runs);

/// Of each of `events` the median over the recordings that have it. Empty where no recording has
/// one of them.
[[nodiscard]] std::vector<std::int64_t>
merged_counts(const std::vector<CountedTest>& recordings, const std::vector<std::string>& events);

}  // namespace advisor
