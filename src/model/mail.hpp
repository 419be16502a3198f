#pragma once

// Messages on their way between workers and the controller. All take equally long, so that each
// direction is a queue in the order of sending.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

/// From a worker.
struct Report {
    enum class Kind : std::uint8_t { collected, completed, given_back };
    double arrives = 0.0;
    Kind kind = Kind::completed;
    Node node = 0;
    double began = 0.0;          ///< completed: when the first test did
    double seconds = 0.0;        ///< of the last one's whole protocol
    std::size_t completed = 0;   ///< tests
    std::uint32_t failures = 0;  ///< of them
    std::vector<Stretch> tests;  ///< given back
};

/// To a worker.
struct Order {
    enum class Kind : std::uint8_t { run, steal, shut_down };
    double arrives = 0.0;
    Kind kind = Kind::run;
    Node node = 0;
    std::size_t steal = 0;       ///< so many of its last tests
    std::vector<Stretch> tests;  ///< to run
};

/// A ring whose places, with the memory of their lists of tests, are used again.
template <typename Message>
class Mail {
public:
    /// The new message, to be filled in; its list is empty. Valid until the next call.
    Message& send(double arrives) {
        if (count_ == ring_.size()) {
            std::rotate(
                ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end()
            );
            first_ = 0;
            ring_.resize(std::max<std::size_t>(16, 2 * count_));
        }
        Message& message = ring_[(first_ + count_++) % ring_.size()];
        message.arrives = arrives;
        message.tests.clear();
        return message;
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    /// The next message. Must not be empty.
    [[nodiscard]] const Message& front() const { return ring_[first_]; }
    /// Arrival of the next message; infinity if none is on its way.
    [[nodiscard]] double next() const {
        return count_ == 0 ? std::numeric_limits<double>::infinity() : ring_[first_].arrives;
    }
    /// Valid until the next send().
    const Message& take() {
        const Message& message = ring_[first_];
        first_ = (first_ + 1) % ring_.size();
        --count_;
        return message;
    }

private:
    std::vector<Message> ring_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace advisor::model
