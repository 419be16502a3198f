#pragma once

// Reads the performance counters of a run again and again while it lasts.

#include <advisor/host/clock.hpp>
#include <advisor/host/counters.hpp>

#include <cstdint>

#include "measure/count_log.hpp"
#include "measure/pace.hpp"

namespace advisor {

class CountReader {
public:
    /// Between two readings. What a test shares with its neighbours is then some 10 ms, a tenth of
    /// a test of 100 ms. A reading takes about 0.4 us for each event, and as much of the core that
    /// counts it; 15 us on a virtual machine that cannot interrupt its cores by itself (measured).
    static constexpr std::int64_t k_shortest_ns = 10'000'000;
    static constexpr std::int64_t k_longest_ns = 100'000'000;

    /// `counting` may be null: then there are no readings. Both must outlive the reader. `cpu_ns`
    /// tells what the calling thread has used.
    CountReader(const Counting* counting, CountLog& log, std::int64_t (*cpu_ns)() = &thread_cpu_ns)
        : counting_(counting),
          log_(log),
          cpu_ns_(cpu_ns) {}

    [[nodiscard]] bool counts() const { return counting_ != nullptr; }

    /// Reads if it is time to.
    void look(std::int64_t now_ns);

    void read(std::int64_t now_ns);

private:
    const Counting* counting_;
    CountLog& log_;
    std::int64_t (*cpu_ns_)();
    Pace pace_{k_shortest_ns, k_longest_ns};
};

}  // namespace advisor
