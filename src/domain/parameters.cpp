#include "advisor/domain/parameters.hpp"

#include <advisor/base/assert.hpp>

#include <algorithm>

namespace advisor {

double capacity_at(const ModelParameters& parameters, double runnable) {
    const auto& points = parameters.capacity;
    ADVISOR_ASSERT(!points.empty(), "a capacity curve has at least one point");
    if (runnable <= static_cast<double>(points.front().runnable)) {
        return std::min(runnable, points.front().capacity);
    }
    for (std::size_t i = 1; i < points.size(); ++i) {
        const auto right = static_cast<double>(points[i].runnable);
        if (runnable <= right) {
            const auto left = static_cast<double>(points[i - 1].runnable);
            const double share = (runnable - left) / (right - left);
            return points[i - 1].capacity + share * (points[i].capacity - points[i - 1].capacity);
        }
    }
    return points.back().capacity;
}

}  // namespace advisor
