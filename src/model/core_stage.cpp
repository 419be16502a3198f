#include "model/core_stage.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

namespace advisor::model {

namespace {

using Later = std::greater<>;

/// Calls `visit` with the position of each bit that is set, ascending.
template <typename Visit>
void for_each_bit(std::uint64_t bits, const Visit& visit) {
    for (; bits != 0; bits &= bits - 1) {
        visit(static_cast<std::size_t>(std::countr_zero(bits)));
    }
}

constexpr std::uint64_t bit(std::size_t position) {
    return std::uint64_t{1} << position;
}

}  // namespace

CoreStage::CoreStage(const ModelParameters& parameters, const Machine& machine, std::uint32_t slots)
    : cores_(parameters, machine),
      slots_(slots) {}

std::size_t CoreStage::class_of(double fraction) {
    return static_cast<std::size_t>(std::ceil(fraction * (k_classes - 1)));
}

void CoreStage::add_factors(double fraction, double factors) {
    const std::size_t index = class_of(fraction);
    Class& its = classes_[index];
    its.factors += factors;
    if (its.factors > 0.0) {
        its.fractions += factors * fraction;
        counted_ |= bit(index);
    } else {
        its.fractions = 0.0;
        counted_ &= ~bit(index);
    }
}

/// A width of 2.5 counts as two whole processes and one that computes half as often.
void CoreStage::count(const Slot& slot, double sign) {
    if (slot.fraction > 0.0) {
        const double whole = std::floor(slot.width);
        add_factors(slot.fraction, sign * whole);
        if (slot.width > whole) {
            add_factors(slot.fraction * (slot.width - whole), sign);
        }
        settled_ = false;
    }
}

void CoreStage::begin(std::uint32_t slot, const Demand& demand) {
    const CoreUse use = core_use(demand);
    slots_[slot] = {use.fraction, use.width};
    count(slots_[slot], 1.0);
    const std::size_t index = class_of(use.fraction);
    Class& its = classes_[index];
    running_ |= bit(index);
    its.ends.emplace_back(its.clock + std::max(0.0, demand.alone().value()), slot);
    std::push_heap(its.ends.begin(), its.ends.end(), Later());
}

void CoreStage::settle() {
    uses_.clear();
    for_each_bit(counted_, [&](std::size_t i) {
        const Class& its = classes_[i];
        uses_.push_back({std::min(1.0, its.fractions / its.factors), 1.0, its.factors});
    });
    const auto rates = cores_.rates(uses_);
    std::size_t entry = 0;
    for_each_bit(counted_, [&](std::size_t i) { classes_[i].rate = rates[entry++]; });
    settled_ = true;
}

double CoreStage::next_end() {
    if (!settled_) {
        settle();
    }
    next_end_ = std::numeric_limits<double>::infinity();
    for_each_bit(running_, [&](std::size_t i) {
        const Class& its = classes_[i];
        const double end = now_ + std::max(0.0, its.ends.front().first - its.clock) / its.rate;
        const bool lower =
            end == next_end_ && its.ends.front().second < classes_[next_].ends.front().second;
        if (end < next_end_ || lower) {
            next_end_ = end;
            next_ = i;
        }
    });
    return next_end_;
}

std::uint32_t CoreStage::end_next() {
    advance(next_end());
    Class& its = classes_[next_];
    const auto [end, slot] = its.ends.front();
    its.clock = std::max(its.clock, end);  // Free of the rounding of many small advances.
    std::pop_heap(its.ends.begin(), its.ends.end(), Later());
    its.ends.pop_back();
    if (its.ends.empty()) {
        running_ &= ~bit(next_);
    }
    count(slots_[slot], -1.0);
    return slot;
}

void CoreStage::advance(double time) {
    if (!settled_) {
        settle();
    }
    const double passed = time - now_;
    if (passed > 0.0) {
        for_each_bit(running_, [&](std::size_t i) {
            classes_[i].clock += passed * classes_[i].rate;
        });
    }
    now_ = std::max(now_, time);
}

}  // namespace advisor::model
