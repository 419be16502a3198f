#pragma once

// The only clocks of the program: CLOCK_MONOTONIC for spans, UTC for stamps in documents, and
// what this process itself has used.

#include <advisor/base/units.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace advisor {

/// CLOCK_MONOTONIC, as Python's time.monotonic_ns() in every child reads it too.
[[nodiscard]] std::int64_t monotonic_ns();

/// The time from `begin` to `end`, both of monotonic_ns().
[[nodiscard]] Seconds between_ns(std::int64_t begin, std::int64_t end);

/// CPU time, user and system, of this process so far, without its children.
[[nodiscard]] Seconds own_cpu_time();

/// CPU time, user and system, of the calling thread so far.
[[nodiscard]] std::int64_t thread_cpu_ns();

/// CPU time of another process so far, of the moment even while it runs; absent if it is gone.
[[nodiscard]] std::optional<std::int64_t> process_cpu_ns(int pid);

/// "2026-11-24T04:39:32Z"
[[nodiscard]] std::string utc_now();

}  // namespace advisor
