#pragma once

// One event of perf_event_open, encoded by libpfm4 where it counts.

#include <advisor/base/result.hpp>
#include <advisor/host/descriptor.hpp>

#include <cstdint>
#include <string>

struct perf_event_attr;

namespace advisor {

/// perf_event_open(2) for one process or thread on any core. The Error is that of `what`, its
/// `because` is for people: no PMU, paranoid level, seccomp.
[[nodiscard]] Result<Descriptor>
open_perf_event(const std::string& what, perf_event_attr attributes, int pid);

struct PerfReading {
    double value = 0;    ///< scaled to the whole time
    double running = 0;  ///< share of the time in which it was on a counter
};

enum class PerfTarget : std::uint8_t {
    this_process,   ///< counts at once
    child_on_exec,  ///< counts from the target's next exec on, its descendants included
};

class PerfEvent {
public:
    [[nodiscard]] static Result<PerfEvent>
    open(const std::string& name, int pid, PerfTarget target);
    [[nodiscard]] Result<PerfReading> read() const;

private:
    explicit PerfEvent(Descriptor fd)
        : fd_(std::move(fd)) {}
    Descriptor fd_;
};

}  // namespace advisor
