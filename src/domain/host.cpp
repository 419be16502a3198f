#include "advisor/domain/host.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace advisor {

std::uint32_t Host::cores_to_run_on() const {
    return std::max(1U, std::min(cores_allowed, cores_of_suite.value_or(cores_allowed)));
}

double Host::usable_cores() const {
    const auto allowed = static_cast<double>(cores_to_run_on());
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

std::string disturbers(const Disturbance& disturbance) {
    const double steal = disturbance.steal_fraction.value_or(0.0);
    const double foreign = disturbance.foreign_fraction.value_or(0.0);
    const Seconds throttled = disturbance.throttled.value_or(Seconds(0));
    const Pressure others = pressure_by_others(disturbance);
    std::vector<std::string> parts;
    if (foreign >= 0.01) {
        parts.push_back(
            fmt::format("other processes used {} of the machine", format_percent(foreign))
        );
    }
    if (steal >= 0.001) {
        parts.push_back(fmt::format("the hypervisor took {}", format_percent(steal)));
    }
    if (throttled > Seconds(0)) {
        parts.push_back(fmt::format("a quota stopped it for {}", format_seconds(throttled)));
    }
    if (others.io >= 0.01) {
        parts.push_back(
            fmt::format("others waited for a disk for {} of the time", format_percent(others.io))
        );
    }
    if (others.memory >= 0.01) {
        parts.push_back(fmt::format(
            "others waited for memory for {} of the time", format_percent(others.memory)
        ));
    }
    return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace advisor
