#pragma once

// Tests unit by unit, in the order of the units' first tests.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

class UnitOrder {
public:
    /// `units`: the unit of each test.
    explicit UnitOrder(std::span<const std::uint32_t> units);

    /// Of units.
    [[nodiscard]] std::size_t count() const { return begins_.size() - 1; }
    [[nodiscard]] std::span<const Test> tests(std::size_t unit) const {
        return tests(unit, unit + 1);
    }
    /// Of the units from `begin` up to `end`, which is not one of them.
    [[nodiscard]] std::span<const Test> tests(std::size_t begin, std::size_t end) const {
        return std::span(order_).subspan(begins_[begin], begins_[end] - begins_[begin]);
    }

private:
    std::vector<Test> order_;
    std::vector<std::size_t> begins_{0};  ///< of each unit in order_, and the end
};

}  // namespace advisor::model
