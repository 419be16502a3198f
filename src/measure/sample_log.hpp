#pragma once

// What the sampler saw of one run: instants, each with the state of the GIL and of the thread that
// runs the tests, and if that waited, from where to where.

#include <advisor/domain/profile.hpp>
#include <advisor/host/descendants.hpp>
#include <advisor/host/wait_label.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/count_log.hpp"

namespace advisor {

enum class GilState : std::uint8_t { unknown, free, held };

/// From where a thread left its core to wait, to where it came to run again. It may have waited for
/// a core at the end of it.
struct WaitInterval {
    std::int64_t begin_ns = 0;  ///< CLOCK_MONOTONIC, as the next
    std::int64_t end_ns = 0;
    friend bool operator==(const WaitInterval&, const WaitInterval&) = default;
};

struct Sample {
    std::int64_t at_ns = 0;  ///< CLOCK_MONOTONIC
    GilState gil = GilState::unknown;
    bool on_core = false;           ///< the process used CPU time in that instant
    std::optional<WaitLabel> wait;  ///< what the thread waited for; nothing if it was runnable
    std::optional<WaitInterval> whole{};  ///< of that wait, where it is known
};

/// Processes that the suite has started, as they were at one moment.
struct ChildrenReading {
    std::int64_t at_ns = 0;  ///< CLOCK_MONOTONIC
    std::vector<Descendant> processes;
};

struct SampleLog {
    std::vector<Sample> samples;  ///< in order of time
    /// In order of time, each 50 to 100 ms; none where there was no process, but the one before and
    /// after.
    std::vector<ChildrenReading> children;
    CountLog counts;
    std::uint64_t late = 0;           ///< not among them: taken more than 0.3 ms after their time
    Seconds lateness;                 ///< sum over `samples`
    Seconds elapsed;                  ///< between the first and the last instant
    Seconds cpu;                      ///< that sampling took
    std::string no_gil_because;       ///< why the state of the GIL in `samples` is of no use
    std::string no_waits_because;     ///< why there are no labels, and thus no samples at all
    std::string no_switches_because;  ///< why no wait is known as a whole
};

}  // namespace advisor
