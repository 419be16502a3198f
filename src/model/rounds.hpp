#pragma once

// Units of a course handed out first come, first served.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/course.hpp"

namespace advisor::model {

/// One unit to each who asks. With a grain they go out in rounds of a hand for each node: a
/// `grain`-th part of what is left, its units one by one to the hand whose node would ask first.
class Rounds {
public:
    /// The units of `course` from `begin` on. `clock`: how long all before each position
    /// takes, for a grain; empty: as the course says. `ahead`: tests that a node
    /// still has when it asks for more.
    Rounds(
        const Course& course,
        std::vector<double> clock,
        std::uint32_t begin,
        std::uint32_t nodes,
        std::uint32_t ahead,
        std::uint32_t grain
    )
        : course_(course),
          clock_(std::move(clock)),
          begin_(begin),
          nodes_(nodes),
          ahead_(ahead),
          grain_(grain) {
        if (grain > 0) {
            hands_.resize(nodes);
            asks_.resize(nodes);
        }
    }

    [[nodiscard]] bool empty() const { return left_ == 0 && begin_ >= course_.units(); }
    void clear() {
        begin_ = course_.units();
        left_ = 0;
    }

    /// Calls `give` with the tests of each unit of the next hand. Must not be empty.
    template <typename Give>
    void deal(const Give& give) {
        if (grain_ == 0) {
            give(course_.unit(begin_++));
            return;
        }
        if (left_ == 0) {
            fill_hands();
        }
        const std::vector<std::uint32_t>& units = hands_[next_++].units;
        for (const std::uint32_t unit : units) {
            give(course_.unit(unit));
        }
        left_ -= static_cast<std::uint32_t>(units.size());
    }

private:
    struct Hand {
        std::vector<std::uint32_t> units;  ///< ascending
        double seconds = 0.0;
    };

    void fill_hands() {
        for (std::uint32_t i = 0; i < nodes_; ++i) {
            hands_[i].units.clear();
            hands_[i].seconds = 0.0;
            asks_[i] = {0.0, i};
        }
        next_ = 0;
        const double round_s =
            seconds(course_.unit(begin_, course_.units())) / static_cast<double>(grain_);
        double dealt_s = 0.0;
        while (begin_ < course_.units() && (left_ < nodes_ || dealt_s < round_s)) {
            const Stretch unit = course_.unit(begin_);
            const double unit_s = seconds(unit);
            Hand& hand = hands_[asks_.front().second];
            hand.units.push_back(begin_++);
            hand.seconds += unit_s + k_least_s;
            postpone_first(
                hand.seconds - seconds({unit.end - std::min(ahead_, unit.size()), unit.end})
            );
            dealt_s += unit_s;
            ++left_;
        }
    }

    /// Lets the first of the heap sink to where it belongs.
    void postpone_first(double until) {
        const std::pair<double, std::uint32_t> first(until, asks_.front().second);
        std::size_t place = 0;
        for (std::size_t child = 1; child < asks_.size(); child = 2 * place + 1) {
            child += child + 1 < asks_.size() && asks_[child + 1] < asks_[child] ? 1 : 0;
            if (first < asks_[child]) {
                break;
            }
            asks_[std::exchange(place, child)] = asks_[child];
        }
        asks_[place] = first;
    }
    [[nodiscard]] double seconds(Stretch tests) const {
        const std::span<const double> clock = clock_.empty() ? course_.clock() : clock_;
        return clock[tests.end] - clock[tests.begin];
    }

    /// What a unit without any length counts, lest one hand get all of them.
    static constexpr double k_least_s = 1e-6;

    const Course& course_;
    std::vector<double> clock_;  ///< empty: the course's own
    std::uint32_t begin_;        ///< units before it are in a hand or given
    std::uint32_t nodes_;
    std::uint32_t ahead_;
    std::uint32_t grain_;
    std::uint32_t left_ = 0;  ///< units in hands that are not given
    std::uint32_t next_ = 0;  ///< the hand to give
    std::vector<Hand> hands_;
    std::vector<std::pair<double, std::uint32_t>> asks_;  ///< a heap: when which hand asks for more
};

}  // namespace advisor::model
