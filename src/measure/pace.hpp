#pragma once

// Keeps what is done again and again to its share of a core. A look at the kernel's files takes
// some microseconds on one machine and a hundred on another, where caches are cold after a sleep
// and each interrupt of another core is an exit to a hypervisor.

#include <algorithm>
#include <cstdint>

namespace advisor {

class Pace {
public:
    /// Of a core, at most.
    static constexpr double k_share = 0.001;

    /// Not before `shortest_ns` have passed, and not after `longest_ns` whatever it costs.
    constexpr Pace(std::int64_t shortest_ns, std::int64_t longest_ns)
        : shortest_ns_(shortest_ns),
          longest_ns_(longest_ns) {}

    [[nodiscard]] constexpr bool is_due(std::int64_t now_ns) const { return now_ns >= due_ns_; }

    /// It was done at `now_ns`, and took so much of a core.
    constexpr void did(std::int64_t now_ns, std::int64_t cpu_ns) {
        const auto affordable = static_cast<std::int64_t>(static_cast<double>(cpu_ns) / k_share);
        due_ns_ = now_ns + std::clamp(affordable, shortest_ns_, longest_ns_);
    }

private:
    std::int64_t shortest_ns_;
    std::int64_t longest_ns_;
    std::int64_t due_ns_ = 0;
};

}  // namespace advisor
