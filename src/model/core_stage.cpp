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
      moment_(moment.value()) {}

std::size_t CoreStage::class_of(double fraction) {
    return static_cast<std::size_t>(std::ceil(fraction * (k_classes - 1)));
}

void CoreStage::add_factors(double fraction, double factors) {
    const std::size_t index = class_of(fraction);
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

/// A width of 2.5 counts as two whole processes and one that computes half as often.
void CoreStage::count(const Slot& slot, double sign) {
    if (slot.fraction > 0.0) {
        const double whole = std::floor(slot.width);
        add_factors(slot.fraction, sign * whole);
        if (slot.width > whole) {
            add_factors(slot.fraction * (slot.width - whole), sign);
        }
    }
}

void CoreStage::begin(std::uint32_t slot, const Demand& demand) {
    const CoreUse use = core_use(demand);
    slots_[slot] = {use.fraction, use.width};
    count(slots_[slot], 1.0);
    const std::size_t index = class_of(use.fraction);
    Class& its = classes_[index];
    if (its.ends.empty()) {
        its.clock -= (now_ - since_) * (cores_.rate(use.fraction) - its.rate);
        its.rate = cores_.rate(use.fraction);
        running_ |= bit(index);
    }
    const double clock = its.clock + (now_ - since_) * its.rate;
    its.ends.emplace_back(clock + std::max(0.0, demand.alone().value()), slot);
    std::push_heap(its.ends.begin(), its.ends.end(), Later());
    expect(its);
}

void CoreStage::expect(Class& of) const {
    of.next_end = since_ + std::max(0.0, of.ends.front().first - of.clock) / of.rate;
}

void CoreStage::settle() {
    uses_.clear();
    for_each_bit(counted_, [&](std::size_t i) {
        const Use& use = classes_[i].use;
        uses_.push_back({std::min(1.0, use.fractions / use.factors), 1.0, use.factors});
    });
    const auto rates = cores_.rates(uses_);
    const double passed = now_ - std::exchange(since_, now_);
    for_each_bit(running_ | changed_ | counted_, [&](std::size_t i) {
        classes_[i].clock += passed * classes_[i].rate;
        classes_[i].settled = classes_[i].use;
    });
    std::size_t entry = 0;
    for_each_bit(counted_, [&](std::size_t i) { classes_[i].rate = rates[entry++]; });
    for_each_bit(running_, [&](std::size_t i) { expect(classes_[i]); });
    settled_factors_ = factors_;
    changed_ = 0;
}

double CoreStage::next_end() {
    if (changed_ != 0 && due_ <= now_) {
        settle();
    }
    double again = k_never;
    if (changed_ != 0) {
        again = due_;
    }
    double next_end = k_never;
    for_each_bit(running_, [&](std::size_t i) {
        const Class& its = classes_[i];
        const bool lower = its.next_end == next_end
                           && its.ends.front().second < classes_[next_].ends.front().second;
        if (its.next_end < next_end || lower) {
            next_end = its.next_end;
            next_ = i;
        }
    });
    is_pause_ = again < next_end;
    return is_pause_ ? again : next_end;
}

std::optional<std::uint32_t> CoreStage::end_next() {
    advance(next_end());
    if (is_pause_) {
        return std::nullopt;
    }
    Class& its = classes_[next_];
    const std::uint32_t slot = its.ends.front().second;
    std::pop_heap(its.ends.begin(), its.ends.end(), Later());
    its.ends.pop_back();
    if (its.ends.empty()) {
        running_ &= ~bit(next_);
    } else {
        expect(its);
    }
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
