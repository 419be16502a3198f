#pragma once

// The machine and the interpreter that a profile or a calibration belongs to.

#include <advisor/base/units.hpp>
#include <advisor/domain/measured.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// Abilities of measuring, best first; `notes` of a report call them rungs.
enum class Rung : std::uint8_t {
    hardware_counters,  ///< a PMU and software events of perf
    software_events,    ///< perf without a PMU
    proc_only,          ///< /proc and rusage
    none,               ///< wall clock only
};

struct Host {
    std::string cpu_model;
    std::string kernel;
    std::uint32_t cores_online = 1;
    std::uint32_t cores_allowed = 1;  ///< by affinity and cpuset, to advisor
    /// To the suite's own interpreter, where its launcher takes some away, as taskset does.
    std::optional<std::uint32_t> cores_of_suite;
    Measured<double> cpu_quota;  ///< cgroup quota in cores; absent where there is no limit
    Bytes memory_total;
    Measured<Bytes> memory_limit;  ///< the tightest cgroup limit; absent where there is none
    Rung rung = Rung::none;

    /// Those of the suite: min(allowed, of the suite), at least one.
    [[nodiscard]] std::uint32_t cores_to_run_on() const;
    /// Cores that work can really use: min(those, quota), at least a hundredth of a core.
    [[nodiscard]] double usable_cores() const;
    /// Memory that work can really use: min(total, limit).
    [[nodiscard]] Bytes usable_memory() const;

    friend bool operator==(const Host&, const Host&) = default;
};

struct Package {
    std::string name;
    std::string version;
    friend bool operator==(const Package&, const Package&) = default;
};

/// A Python interpreter as it described itself.
struct Interpreter {
    std::string executable;
    std::string version;         ///< "3.11.7"
    std::string implementation;  ///< "cpython"
    bool free_threaded = false;  ///< built without the GIL
    std::optional<std::string> pytest_version;
    std::optional<std::string> xdist_version;
    /// Installed pytest plugins and their distributions, sorted by name.
    std::vector<Package> plugins;

    friend bool operator==(const Interpreter&, const Interpreter&) = default;
};

/// Shares of a run's time in which some task was stalled for want of a resource ("some" of the
/// kernel's pressure stall information).
struct Pressure {
    double cpu = 0.0;
    double io = 0.0;
    double memory = 0.0;
    friend bool operator==(const Pressure&, const Pressure&) = default;
};

/// Shares of the machine's capacity, over the span of a run, that were not ours.
struct Disturbance {
    Measured<double> steal_fraction;       ///< of all cores' time, taken by the hypervisor
    Measured<double> foreign_fraction;     ///< of all cores' time, used by other processes
    Measured<Seconds> throttled;           ///< by a cgroup quota
    std::optional<Pressure> pressure;      ///< of the machine; absent where the kernel tells none
    std::optional<Pressure> own_pressure;  ///< of our cgroup, where it has one of its own

    friend bool operator==(const Disturbance&, const Disturbance&) = default;
};

/// Shares of the run in which others were stalled and we were not: a lower bound of their stalls,
/// since the machine's stalled time is the union of theirs and ours. Zero where ours is not known.
[[nodiscard]] Pressure pressure_by_others(const Disturbance& disturbance);

/// True if the machine was so busy with others that the profile describes them too:
/// more than 2 % steal, 5 % foreign CPU, or any throttling (guards of the evaluation protocol);
/// or 5 % of the run in which others were stalled for a disk, or for memory, of a run that was
/// stalled for the same 5 % of the time. Either alone is no disturbance: who waits for its own
/// fsync is not disturbed, and a disk that others queue for does no harm to who does not use it.
/// Stalls for a core are left to foreign CPU: a neighbour's quota stalls it without touching us.
[[nodiscard]] bool is_disturbed(const Disturbance& disturbance);

/// "other processes used 12 % of the machine and a quota stopped it for 2.0 s": what can be seen.
[[nodiscard]] std::string disturbers(const Disturbance& disturbance);

}  // namespace advisor
