#include "measure/median.hpp"

#include <array>
#include <cmath>

namespace advisor {

namespace {

/// By number of values, from two on.
constexpr std::array<double, 8> k_small_samples{
    1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107};

double correction(std::size_t count) {
    const std::size_t place = count - 2;
    const auto number = static_cast<double>(count);
    return place < k_small_samples.size() ? k_small_samples.at(place) : number / (number - 0.8);
}

}  // namespace

Cost median(const std::vector<const Cost*>& costs) {
    Cost result = *costs.front();
    const auto take = [&](auto part) { result.*part = median_of(costs, part); };
    take(&Cost::wall);
    take(&Cost::cpu_user);
    take(&Cost::cpu_sys);
    take(&Cost::other_threads_cpu);
    take(&Cost::children_cpu);
    take(&Cost::core_wait);
    take(&Cost::gil_held);
    take(&Cost::gil_held_blocked);
    take(&Cost::gil_releases);
    take(&Cost::voluntary_switches);
    take(&Cost::involuntary_switches);
    take(&Cost::major_faults);
    return result;
}

std::optional<double> relative_spread(std::vector<double> values) {
    if (values.size() < 2) {
        return std::nullopt;
    }
    const double middle = median(values);
    if (!(middle > 0.0)) {
        return std::nullopt;
    }
    constexpr double k_normal = 1.4826;
    const double factor = k_normal * correction(values.size());
    for (double& value : values) {
        value = std::abs(value - middle);
    }
    return factor * median(std::move(values)) / middle;
}

}  // namespace advisor
