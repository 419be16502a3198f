#pragma once

// Ends what a child left behind.

#include <functional>
#include <string>
#include <vector>

namespace advisor {

/// Reaps the children that have ended, other than `child`, while that runs. Whoever made a daemon
/// may ask the kernel whether it is gone, which it is not before it was reaped.
void reap_orphans(int child);

/// The caller is the reaper of orphans (PR_SET_CHILD_SUBREAPER), so every descendant becomes its
/// child sooner or later, whatever sessions and groups it made. Waits up to a second for all
/// children of this process to end by themselves, then kills those that are left, their children as
/// they come up, for at most another second. Returns the command lines of those that had to be
/// killed. All are reaped when it returns, but for such as the kernel cannot end. `meanwhile` is
/// called every few ms.
[[nodiscard]] std::vector<std::string>
end_orphans(int process_group, const std::function<void()>& meanwhile);

/// For somebody else than their parent: kills the group, unless it is 0, and every process whose
/// environment holds the tag "NAME=value", for at most a second.
void end_tagged(const std::string& tag, int process_group);

}  // namespace advisor
