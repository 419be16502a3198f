#pragma once

// Several recordings of one suite as one profile: of every measure the median, so that a single
// run that went otherwise moves nothing.
//
// - Runs that did not reach their end are left out if another did, and so are runs on a disturbed
//   machine if another was not. `Profile::repeats` counts both, and runs of which nothing could be
//   recorded.
// - Which tests there are, their order, and what was never a number (fixtures and their
//   definitions, host, interpreter) come from one run: the one whose tests most runs have.
// - A test has the outcome that it had in most runs, the worse of two as frequent ones; the
//   medians are of runs in which it had that one. Tests that differed, or that complete runs did
//   not all collect, stand in `Repeats::unsteady`.
// - Each test gets the spread of its wall over the runs, if there are two.
//
// Medians of parts need not sum to the median of the whole. The order of the runs does not matter.
// Pure.

#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// Of at least one run, which alone is returned as it is; `unrecorded` more gave no profile.
[[nodiscard]] Profile
merge_profiles(const std::vector<Profile>& runs, std::uint32_t unrecorded = 0);

}  // namespace advisor
