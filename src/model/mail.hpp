#pragma once

// Messages on their way between workers and the controller. All take equally long, so that each
// direction is a queue in the order of sending.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

/// From a worker.
struct Report {
    enum class Kind : std::uint8_t { collected, completed, given_back };
    double arrives = 0.0;
    Kind kind = Kind::completed;
    Node node = 0;
    Test test = 0;            ///< completed
    double seconds = 0.0;     ///< completed: of the whole protocol
    std::vector<Test> tests;  ///< given_back
};

/// To a worker.
struct Order {
    enum class Kind : std::uint8_t { run, steal, shut_down };
    double arrives = 0.0;
    Kind kind = Kind::run;
    Node node = 0;
    std::vector<Test> tests;
};

template <typename Message>
class Mail {
public:
    void send(Message message) { queue_.push_back(std::move(message)); }
    [[nodiscard]] bool empty() const { return queue_.empty(); }
    /// Arrival of the next message; infinity if none is on its way.
    [[nodiscard]] double next() const {
        return queue_.empty() ? std::numeric_limits<double>::infinity() : queue_.front().arrives;
    }
    Message take() {
        Message message = std::move(queue_.front());
        queue_.pop_front();
        return message;
    }

private:
    std::deque<Message> queue_;
};

}  // namespace advisor::model
