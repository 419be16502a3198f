#pragma once

// What the run's performance counters showed at instants of the run.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

struct CountReading {
    std::int64_t at_ns = 0;  ///< CLOCK_MONOTONIC
    /// Since the exec, by event; nothing where it could not be read.
    std::vector<std::optional<double>> values;
};

struct CountLog {
    std::vector<std::string> events;
    std::vector<CountReading> readings;  ///< in order of time
};

}  // namespace advisor
