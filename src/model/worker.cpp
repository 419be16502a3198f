#include "model/worker.hpp"

#include <algorithm>

namespace advisor::model {

void Worker::stop() {
    closing_ = true;
    queue_.clear();
}

std::vector<Stretch> Worker::give_back(std::size_t tests, bool all_or_nothing) {
    const std::size_t found = std::min(tests, in_hand() - std::min<std::size_t>(1, in_hand()));
    return all_or_nothing && found < tests ? std::vector<Stretch>{} : queue_.pop_back(found);
}

std::optional<Worker::Start> Worker::take(std::size_t most) {
    const std::size_t ready = in_hand() - (closing_ || in_hand() == 0 ? 0 : 1);
    if (ready == 0) {
        return std::nullopt;
    }
    taken_.clear();
    queue_.pop_front(std::min(most, ready), taken_);
    return Start{taken_, in_hand() > 0 ? std::optional(queue_.front()) : std::nullopt};
}

}  // namespace advisor::model
