#include "measure/sampling_schedule.hpp"

#include <algorithm>

namespace advisor {

namespace {

constexpr std::int64_t k_short_ns = 1'000'000;
constexpr std::int64_t k_long_ns = 4'000'000;
constexpr std::int64_t k_longest_ns = 100'000'000;
constexpr std::int64_t k_short_run_ns = 15'000'000'000;

}  // namespace

std::int64_t SamplingSchedule::next(std::int64_t now_ns, std::int64_t cpu_ns) {
    constexpr double k_memory = 0.95;  // of the cost: an average over about twenty samples
    // More is not a sample's: a hypervisor that took the core meanwhile counts for the thread.
    constexpr double k_most = 4.0;
    const auto cost = static_cast<double>(cpu_ns - cpu_ns_);
    cost_ns_ = cost_ns_ > 0
                   ? k_memory * cost_ns_ + (1 - k_memory) * std::min(cost, k_most * cost_ns_)
                   : cost;
    cpu_ns_ = cpu_ns;
    const std::int64_t wanted = now_ns - begin_ns_ < k_short_run_ns ? k_short_ns : k_long_ns;
    const auto affordable = static_cast<std::int64_t>(cost_ns_ / k_core_share);
    period_ns_ = std::clamp(std::max(wanted, affordable), k_short_ns, k_longest_ns);
    stratum_ns_ = std::max(stratum_ns_, now_ns);
    const auto within =
        static_cast<std::int64_t>(random_.uniform() * static_cast<double>(period_ns_));
    const std::int64_t instant = stratum_ns_ + within;
    stratum_ns_ += period_ns_;
    return instant;
}

}  // namespace advisor
