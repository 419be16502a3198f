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

Pressure pressure_by_others(const Disturbance& disturbance) {
    if (!disturbance.pressure || !disturbance.own_pressure) {
        return {};
    }
    const Pressure& all = *disturbance.pressure;
    const Pressure& own = *disturbance.own_pressure;
    return {
        std::max(0.0, all.cpu - own.cpu),
        std::max(0.0, all.io - own.io),
        std::max(0.0, all.memory - own.memory)};
}

bool is_disturbed(const Disturbance& disturbance) {
    constexpr double k_short = 0.05;
    const Pressure others = pressure_by_others(disturbance);
    const auto is_short = [&](double Pressure::*resource) {
        return others.*resource > k_short && (*disturbance.own_pressure).*resource > k_short;
    };
    return disturbance.steal_fraction.value_or(0.0) > 0.02
           || disturbance.foreign_fraction.value_or(0.0) > 0.05
           || disturbance.throttled.value_or(Seconds(0)) > Seconds(0) || is_short(&Pressure::io)
           || is_short(&Pressure::memory);
}

}  // namespace advisor
