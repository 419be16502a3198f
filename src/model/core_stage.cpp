#include "model/core_stage.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace advisor::model {

namespace {

using Later = std::greater<>;

/// Of the cores that all together would use.
constexpr double k_large_change = 0.5;

/// Of what is done beside the slots, in moments.
constexpr double k_memory = 20.0;

constexpr double k_never = std::numeric_limits<double>::infinity();

/// Sums of fractions that differ by less differ by rounding.
constexpr double k_same = 1e-9;

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

CoreStage::CoreStage(
    const ModelParameters& parameters, const Machine& machine, std::uint32_t slots, Seconds moment
)
    : cores_(parameters, machine),
      slots_(slots),
      moment_(moment.value()) {
    ends_.fill(k_never);
}

std::size_t CoreStage::class_of(double fraction) {
    return static_cast<std::size_t>(std::ceil(fraction * (k_classes - 1)));
}

void CoreStage::add_factors(std::size_t index, double fraction, double factors) {
    Class& its = classes_[index];
    its.use.factors += factors;
    its.use.fractions += factors * fraction;
    if (its.use.factors > 0.0) {
        counted_ |= bit(index);
    } else {
        its.use.fractions = 0.0;
        counted_ &= ~bit(index);
    }
    // Who ends is often followed by the like, so that the rates stay as they are.
    const bool same = its.use.factors == its.settled.factors
                      && std::abs(its.use.fractions - its.settled.fractions) < k_same;
    if (changed_ == 0) {
        due_ = moment_ > 0.0 ? (std::floor(now_ / moment_) + 1.0) * moment_ : now_;
    }
    factors_ += factors;
    if (std::abs(factors_ - settled_factors_) > k_large_change * settled_factors_) {
        due_ = now_;
    }
    changed_ = same ? changed_ & ~bit(index) : changed_ | bit(index);
}

void CoreStage::count(const Slot& slot, double sign) {
    if (slot.fraction > 0.0) {
        add_factors(slot.index, slot.fraction, sign * slot.whole);
        if (slot.rest > 0.0) {
            const double fraction = slot.fraction * slot.rest;
            add_factors(class_of(fraction), fraction, sign);
        }
    }
}

void CoreStage::begin(std::uint32_t slot, const Demand& demand) {
    const CoreUse use = core_use(demand);
    const double whole = std::floor(use.width);
    const std::size_t index = class_of(use.fraction);
    slots_[slot] = {index, use.fraction, whole, use.width - whole};
    count(slots_[slot], 1.0);
    Class& its = classes_[index];
    if (its.ends.empty()) {
        its.clock -= (now_ - since_) * (cores_.rate(use.fraction) - its.rate);
        its.rate = cores_.rate(use.fraction);
        running_ |= bit(index);
    }
    const double clock = its.clock + (now_ - since_) * its.rate;
    its.ends.emplace_back(clock + std::max(0.0, demand.alone().value()), slot);
    std::push_heap(its.ends.begin(), its.ends.end(), Later());
    if (its.ends.front().second == slot) {
        expect(index);
        first_ = ends_before(index, first_) ? index : first_;
    }
}

void CoreStage::expect(std::size_t index) {
    const Class& its = classes_[index];
    ends_[index] = its.ends.empty()
                       ? k_never
                       : since_ + std::max(0.0, its.ends.front().first - its.clock) / its.rate;
}

/// Of equal ends that of the lower slot.
bool CoreStage::ends_before(std::size_t a, std::size_t b) const {
    if (ends_[a] == ends_[b] && ends_[a] < k_never) {
        return classes_[a].ends.front().second < classes_[b].ends.front().second;
    }
    return ends_[a] < ends_[b];
}

void CoreStage::find_first() {
    std::size_t first = first_;
    for_each_bit(running_, [&](std::size_t i) { first = ends_before(i, first) ? i : first; });
    first_ = first;
}

// What computes u of the time, and f of its time if it were alone, is slowed as others are:
// u = f / (1 + f (1 / rate - 1)). Of many moments, since what is done beside comes in lumps.
void CoreStage::count_beside(double passed) {
    if (beside_ <= 0.0) {
        return;
    }
    beside_s_ += passed;
    const double computed = std::min(1.0, beside_ / std::max(beside_s_, moment_));
    const double slower = 1.0 / cores_.rate(1.0) - 1.0;
    uses_.push_back({computed / std::max(computed, 1.0 - computed * slower), 1.0, 1.0});
    const double forgotten = std::min(1.0, passed / (k_memory * std::max(moment_, passed)));
    beside_ -= forgotten * beside_;
    beside_s_ -= forgotten * beside_s_;
}

void CoreStage::settle() {
    uses_.clear();
    for_each_bit(counted_, [&](std::size_t i) {
        const Use& use = classes_[i].use;
        uses_.push_back({std::min(1.0, use.fractions / use.factors), 1.0, use.factors});
    });
    const double passed = now_ - std::exchange(since_, now_);
    count_beside(passed);
    const auto rates = cores_.rates(uses_);
    for_each_bit(running_ | changed_ | counted_, [&](std::size_t i) {
        classes_[i].clock += passed * classes_[i].rate;
        classes_[i].settled = classes_[i].use;
    });
    std::size_t entry = 0;
    for_each_bit(counted_, [&](std::size_t i) { classes_[i].rate = rates[entry++]; });
    for_each_bit(running_, [&](std::size_t i) { expect(i); });
    find_first();
    settled_factors_ = factors_;
    changed_ = 0;
}

double CoreStage::work_beside(const Demand& demand) {
    beside_ += demand.cpu.value();
    const CoreUse use = core_use(demand);
    return demand.alone().value() / cores_.rate(use.fraction);
}

double CoreStage::next_end() {
    if (changed_ != 0 && due_ <= now_) {
        settle();
    }
    const double next_end = ends_[first_];
    is_pause_ = changed_ != 0 && due_ < next_end;
    return is_pause_ ? due_ : next_end;
}

std::optional<std::uint32_t> CoreStage::end_next() {
    advance(next_end());
    if (is_pause_) {
        return std::nullopt;
    }
    const std::size_t index = first_;
    Class& its = classes_[index];
    const std::uint32_t slot = its.ends.front().second;
    std::pop_heap(its.ends.begin(), its.ends.end(), Later());
    its.ends.pop_back();
    if (its.ends.empty()) {
        running_ &= ~bit(index);
    }
    expect(index);
    find_first();
    count(slots_[slot], -1.0);
    return slot;
}

void CoreStage::advance(double time) {
    if (changed_ != 0 && due_ <= now_) {
        settle();
    }
    now_ = std::max(now_, time);
}

}  // namespace advisor::model
