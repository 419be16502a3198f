#pragma once

// Ends what a child left behind. The caller is the reaper of orphans (PR_SET_CHILD_SUBREAPER), so
// every descendant becomes its child sooner or later, whatever sessions and groups it made.

#include <cstdint>

namespace advisor {

/// Waits up to a second for all children of this process to end by themselves, then kills those
/// that are left, their children as they come up, for at most another second. Returns how many
/// had to be killed. All are reaped when it returns, but for such as the kernel cannot end.
[[nodiscard]] std::uint32_t end_orphans(int process_group);

}  // namespace advisor
