#pragma once

// Gives the samples that saw a thread wait the whole of that wait, by the thread's switch records:
// it waited from an `out` to the next `in`. That end is only known after the sample was taken. What
// no sample fell into is not kept: nobody knows what it was for, and there may be 100,000 a second.

#include <advisor/host/switch_records.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "measure/sample_log.hpp"

namespace advisor {

class WaitIntervals {
public:
    /// `samples` grows at its end, and outlives this.
    explicit WaitIntervals(std::vector<Sample>& samples)
        : samples_(samples) {}

    /// The last sample saw the thread wait at some instant between these two. Only a wait that
    /// contains both is surely the one that was seen.
    void expect(std::int64_t from_ns, std::int64_t to_ns);

    /// The next switches, in order of time.
    void take(const std::vector<ThreadSwitch>& switches);

private:
    struct Expected {
        std::size_t sample = 0;
        std::int64_t from_ns = 0;
        std::int64_t to_ns = 0;
    };

    void close(const WaitInterval& interval);

    std::vector<Sample>& samples_;
    std::deque<Expected> expected_;       ///< in order of time
    std::optional<std::int64_t> out_ns_;  ///< since when the thread waits
};

}  // namespace advisor
