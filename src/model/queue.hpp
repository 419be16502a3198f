#pragma once

// Tests that wait for their turn, as stretches of a course (course.hpp): a thousand neighbours are
// as quick to hand on as one test.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace advisor::model {

using Test = std::uint32_t;  ///< position in a Course

/// Tests [begin, end).
struct Stretch {
    Test begin = 0;
    Test end = 0;
    [[nodiscard]] std::uint32_t size() const { return end - begin; }
    friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// First in, first out, and from the end for who steals.
class Queue {
public:
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Must not be empty.
    [[nodiscard]] Test front() const { return stretches_[first_].begin; }
    [[nodiscard]] std::span<const Stretch> stretches() const {
        return std::span(stretches_).subspan(first_);
    }

    void push(Stretch tests);
    void push(std::span<const Stretch> tests);
    /// The next `count` tests, or all there are, behind what is in `taken`.
    void pop_front(std::size_t count, std::vector<Stretch>& taken);
    /// The last `count` tests, which must be there, in their order.
    [[nodiscard]] std::vector<Stretch> pop_back(std::size_t count);
    void clear();

private:
    std::vector<Stretch> stretches_;  ///< from first_ on; none is empty
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

/// Of all of them together.
[[nodiscard]] std::size_t count_of(std::span<const Stretch> tests);

}  // namespace advisor::model
