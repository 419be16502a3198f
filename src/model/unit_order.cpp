#include "model/unit_order.hpp"

#include <algorithm>
#include <utility>

namespace advisor::model {

namespace {

std::size_t highest(std::span<const std::uint32_t> units) {
    return units.empty() ? 0 : *std::max_element(units.begin(), units.end()) + std::size_t{1};
}

}  // namespace

UnitOrder::UnitOrder(std::span<const std::uint32_t> units)
    : order_(units.size()) {
    std::vector<std::size_t> sizes(highest(units), 0);
    for (const std::uint32_t unit : units) {
        ++sizes[unit];
    }
    std::vector<std::size_t> next(sizes.size(), 0);
    for (const std::uint32_t unit : units) {
        if (sizes[unit] > 0) {
            next[unit] = begins_.back();
            begins_.push_back(begins_.back() + std::exchange(sizes[unit], 0));
        }
    }
    for (Test test = 0; test < units.size(); ++test) {
        order_[next[units[test]]++] = test;
    }
}

}  // namespace advisor::model
