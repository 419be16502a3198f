#pragma once

// What this machine is and how much of it we may use; and how much of it others used meanwhile.

#include <advisor/base/units.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/host/file_reader.hpp>

#include <cstdint>
#include <optional>

namespace advisor {

/// Everything but `rung`. Affinity comes from the calling process, the rest from files: cgroup v1,
/// v2 and hybrid hierarchies, the tightest limit of all ancestors.
[[nodiscard]] Host discover_host(const FileReader& files);

/// Cores that a process may run on by its affinity (Cpus_allowed_list); absent if it is gone.
[[nodiscard]] std::optional<std::uint32_t> allowed_cores(const FileReader& files, int pid);

/// CPU quota in cores by the cgroups of this process; absent where none limits it.
[[nodiscard]] Measured<double> cpu_quota(const FileReader& files);

/// Memory limit by the cgroups of this process; absent where none limits it.
[[nodiscard]] Measured<Bytes> memory_limit(const FileReader& files);

/// Time in which some task was stalled for want of a resource, by the kernel's pressure stall
/// information (/proc/pressure, and cpu.pressure, io.pressure and memory.pressure of cgroup v2).
struct Stalls {
    Seconds cpu;
    Seconds io;
    Seconds memory;
};

/// Accumulated CPU time of all cores since boot.
struct MachineTimes {
    Seconds busy;       ///< user, nice, system and interrupts; not idle, iowait or steal
    Seconds stolen;     ///< by the hypervisor
    Seconds throttled;  ///< of our cgroup; zero where it has no quota
    bool known = false;
    std::optional<Stalls> stalls{};      ///< on the machine, since boot
    std::optional<Stalls> own_stalls{};  ///< in our cgroup, unless that is the root of all
};

[[nodiscard]] MachineTimes machine_times(const FileReader& files);

/// Shares of the capacity of `cores` over `elapsed` that were not ours; `own_cpu` is CPU time of
/// the suite and of this program in that span.
[[nodiscard]] Disturbance disturbance_between(
    const MachineTimes& before,
    const MachineTimes& after,
    Seconds elapsed,
    Seconds own_cpu,
    std::uint32_t cores
);

/// Peak resident memory of a process (VmHWM); absent if it is gone.
[[nodiscard]] std::optional<Bytes> peak_rss(const FileReader& files, int pid);

}  // namespace advisor
