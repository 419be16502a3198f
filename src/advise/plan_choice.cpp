#include "advise/plan_choice.hpp"

#include <advisor/advise/plan.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace advisor {

namespace {

/// A job of 60.000001 s is one that took a minute; clocks and sums are not exact.
constexpr double k_rounding_s = 1e-6;

}  // namespace

std::uint64_t billed_minutes(Seconds job) {
    const double minutes = std::ceil((job.value() - k_rounding_s) / 60.0);
    return minutes < 1.0 ? 1 : static_cast<std::uint64_t>(minutes);
}

/// mu'(j) = m * mu(j / m) with m = cores / local cores, held to mu'(1) = 1 and to at most one
/// core's capacity for each runnable process. A curve that was never measured up to the local cores
/// is stretched from its last point, so that the cores it does not cover count as good as the
/// others.
ModelParameters stretched(ModelParameters local, double local_cores, std::uint32_t cores) {
    const auto covered = static_cast<double>(local.capacity.back().runnable);
    const double factor = cores / std::clamp(local_cores, 1.0, std::max(1.0, covered));
    std::vector<CapacityPoint> curve{{1, 1.0}};
    for (const CapacityPoint& point : local.capacity) {
        const auto runnable =
            static_cast<std::uint32_t>(std::llround(factor * static_cast<double>(point.runnable)));
        if (runnable > curve.back().runnable) {
            const double capacity = std::min(factor * point.capacity, double{1} * runnable);
            curve.push_back({runnable, std::max(capacity, curve.back().capacity)});
        }
    }
    local.capacity = std::move(curve);
    return local;
}

PlanPoint billed(PlanPoint point, const std::vector<Seconds>& machine_walls) {
    point.billed_minutes = 0;
    for (const Seconds wall : machine_walls) {
        point.billed_minutes += billed_minutes(point.machine.setup + wall);
    }
    point.cost = static_cast<double>(point.billed_minutes) * point.machine.price_per_minute;
    return point;
}

std::optional<std::size_t> cheapest(const std::vector<PlanPoint>& points) {
    const auto order = [](const PlanPoint& point) {
        return std::tuple(point.cost, point.configuration.shards, point.wall.high);
    };
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (points[i].meets_target && points[i].fits_memory
            && (!best || order(points[i]) < order(points[*best]))) {
            best = i;
        }
    }
    return best;
}

}  // namespace advisor
