#pragma once

// When to sample: one instant, drawn anew, in each period. A strict period would beat with a suite
// that has one of its own: a workload that repeats every 10 ms, sampled at 100 Hz, is off by 0.43,
// jittered by 0.006 (simulated). Instants that were missed are never made up for: back to back they
// would count one moment many times.
//
// The period is 1 ms for the first 15 s and 4 ms after that, but so much longer that sampling takes
// no more than its share of a core.

#include <advisor/base/random.hpp>

#include <cstdint>

namespace advisor {

class SamplingSchedule {
public:
    static constexpr double k_core_share = 0.012;

    /// `cpu_ns` is what the sampling thread has used so far.
    SamplingSchedule(std::int64_t begin_ns, std::int64_t cpu_ns)
        : begin_ns_(begin_ns),
          stratum_ns_(begin_ns),
          cpu_ns_(cpu_ns),
          random_(1) {}

    /// The next instant after `now_ns`; since the last call one sample was taken.
    [[nodiscard]] std::int64_t next(std::int64_t now_ns, std::int64_t cpu_ns);

    /// What was used up to here was for something else.
    void leave_out(std::int64_t cpu_ns) { cpu_ns_ = cpu_ns; }

    /// Of the stratum that next() drew from last.
    [[nodiscard]] std::int64_t period_ns() const { return period_ns_; }

private:
    std::int64_t begin_ns_;
    std::int64_t stratum_ns_;  ///< end of the last stratum
    std::int64_t period_ns_ = 0;
    std::int64_t cpu_ns_;  ///< when the cost of a sample was looked at last
    double cost_ns_ = 0;   ///< of a sample, lately
    Random random_;
};

}  // namespace advisor
