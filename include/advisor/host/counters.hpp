#pragma once

// Performance counters of a child and all it starts, through libpfm4 and perf_event_open.
//
// What a machine lets us count is found by trying, once: each event is opened on ourselves, works a
// little and must move. Kernel time is excluded, because the unprivileged may not count it; events
// that mean something else without it (context switches read zero) are therefore not asked for:
// the kernel's own rusage has them.

#include <advisor/domain/host.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/profile.hpp>

#include <memory>
#include <string>
#include <vector>

namespace advisor {

struct CounterAbility {
    Rung rung = Rung::none;
    std::vector<std::string> events;  ///< that can be counted, as libpfm4 spells them
    std::vector<Missing> missing;     ///< the others, each with its reason
    friend bool operator==(const CounterAbility&, const CounterAbility&) = default;
};

/// Counters of one child; they stop with it, and can be read afterwards.
class Counting {
public:
    Counting() = default;
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;
    Counting(Counting&&) = delete;
    Counting& operator=(Counting&&) = delete;
    virtual ~Counting() = default;
    /// The same events each time, each scaled by the share of time in which the kernel had it on a
    /// counter: a scaled value may be less than the one before. Not measured where it cannot be
    /// read.
    [[nodiscard]] virtual std::vector<RunCounter> read() const = 0;
};

class CounterSource {
public:
    CounterSource() = default;
    CounterSource(const CounterSource&) = delete;
    CounterSource& operator=(const CounterSource&) = delete;
    CounterSource(CounterSource&&) = delete;
    CounterSource& operator=(CounterSource&&) = delete;
    virtual ~CounterSource() = default;
    [[nodiscard]] virtual const CounterAbility& ability() const = 0;
    /// For a child that waits for its exec: counting begins there.
    [[nodiscard]] virtual std::unique_ptr<Counting> attach(int pid) const = 0;
};

/// Probes this machine.
[[nodiscard]] std::unique_ptr<CounterSource> perf_counters();

}  // namespace advisor
