#pragma once

// Reads the performance counters of a run again and again while it lasts.

#include <advisor/host/counters.hpp>

#include <cstdint>

#include "measure/count_log.hpp"

namespace advisor {

class CountReader {
public:
    /// Between two readings at least. What a test shares with its neighbours is then some 10 ms, a
    /// tenth of a test of 100 ms. A reading takes about 0.4 us for each event (measured), and as
    /// much of the core that counts it: of six events 0.03 % of one core.
    static constexpr std::int64_t k_period_ns = 10'000'000;

    /// `counting` may be null: then there are no readings. Both must outlive the reader.
    CountReader(const Counting* counting, CountLog& log)
        : counting_(counting),
          log_(log) {}

    [[nodiscard]] bool counts() const { return counting_ != nullptr; }

    /// Reads unless it did less than a period ago.
    void look(std::int64_t now_ns);

    void read(std::int64_t now_ns);

private:
    const Counting* counting_;
    CountLog& log_;
    std::int64_t due_ns_ = 0;
};

}  // namespace advisor
