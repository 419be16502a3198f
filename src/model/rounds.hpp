#pragma once

// Units of a course handed out first come, first served.

#include <algorithm>
#include <cstdint>

#include "model/course.hpp"

namespace advisor::model {

/// One unit to each who asks. With a grain they go out in rounds: a hand of a round holds every
/// nodes-th unit of it, which is what a node gets when all progress alike. A round is so deep that
/// a hand is a `grain`-th part of what would be a node's share of the rest, and no deeper where a
/// unit is longer than that: who waits behind it in the hand would in truth go to somebody else.
class Rounds {
public:
    /// The units of `course` from `begin` on.
    Rounds(const Course& course, std::uint32_t begin, std::uint32_t nodes, std::uint32_t grain)
        : course_(course),
          begin_(begin),
          nodes_(nodes),
          grain_(grain) {}

    [[nodiscard]] bool empty() const { return begin_ + hand_ >= course_.units(); }
    void clear() { begin_ = course_.units(); }

    /// Calls `give` with the tests of each unit of the next hand.
    template <typename Give>
    void deal(const Give& give) {
        if (hand_ == 0) {
            depth_ = grain_ == 0 ? 1 : depth();
        }
        for (std::uint32_t i = 0; i < depth_; ++i) {
            if (begin_ + hand_ + i * nodes_ < course_.units()) {
                give(course_.unit(begin_ + hand_ + i * nodes_));
            }
        }
        if (++hand_ == nodes_) {
            begin_ += depth_ * nodes_;
            hand_ = 0;
        }
    }

private:
    [[nodiscard]] std::uint32_t depth() const {
        const std::uint32_t units = course_.units();
        const double most =
            course_.seconds(course_.unit(begin_, units)) / nodes_ / static_cast<double>(grain_);
        const std::uint32_t deepest = std::max(1U, (units - begin_) / nodes_ / grain_);
        std::uint32_t depth = 0;
        while (depth < deepest && is_even(begin_ + depth * nodes_, most)) {
            ++depth;
        }
        return std::max(1U, depth);
    }
    [[nodiscard]] bool is_even(std::uint32_t row, double most) const {
        const std::uint32_t end = std::min(row + nodes_, course_.units());
        for (std::uint32_t unit = row; unit < end; ++unit) {
            if (course_.seconds(course_.unit(unit)) > most) {
                return false;
            }
        }
        return true;
    }

    const Course& course_;
    std::uint32_t begin_;  ///< of the round
    std::uint32_t nodes_;
    std::uint32_t grain_;
    std::uint32_t hand_ = 0;   ///< the next of the round
    std::uint32_t depth_ = 1;  ///< units of a hand
};

}  // namespace advisor::model
