#pragma once

// What processes that another one has started use of the cores while they run. The kernel adds it
// to their parent's account (RUSAGE_CHILDREN) only when the parent has waited for them.

#include <cstdint>
#include <vector>

namespace advisor {

struct Descendant {
    int pid = 0;
    int parent = 0;  ///< that has it among its children; 0: the one that did has ended before it
    std::int64_t cpu_ns = 0;  ///< user and system, of all its threads, so far
    friend bool operator==(const Descendant&, const Descendant&) = default;
};

/// Children of `pid`, theirs and so on, parents first, ended ones included that nobody has waited
/// for; at most 64. Behind them those of `before` that live and are none any more, as a daemon.
/// Empty where the kernel does not list children (CONFIG_PROC_CHILDREN).
[[nodiscard]] std::vector<Descendant>
descendants_of(int pid, const std::vector<Descendant>& before = {});

}  // namespace advisor
