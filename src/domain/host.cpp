#include "advisor/domain/host.hpp"

#include <algorithm>

namespace advisor {

double Host::usable_cores() const {
    const auto allowed = static_cast<double>(std::max(1U, cores_allowed));
    return cpu_quota.has_value() ? std::clamp(cpu_quota.value(), 0.01, allowed) : allowed;
}

Bytes Host::usable_memory() const {
    return memory_limit.has_value() ? std::min(memory_total, memory_limit.value()) : memory_total;
}

bool is_disturbed(const Disturbance& disturbance) {
    return disturbance.steal_fraction.value_or(0.0) > 0.02
           || disturbance.foreign_fraction.value_or(0.0) > 0.05
           || disturbance.throttled.value_or(Seconds(0)) > Seconds(0);
}

}  // namespace advisor
