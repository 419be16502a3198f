#include "model/worker.hpp"

#include <algorithm>

namespace advisor::model {

void Worker::enqueue(std::span<const Test> tests) {
    queue_.insert(queue_.end(), tests.begin(), tests.end());
    // The worker's loop waits in TestQueue.get(), so that what arrives is taken at once.
    hold_next();
}

void Worker::stop() {
    closing_ = true;
    held_.reset();
    queue_.clear();
}

void Worker::hold_next() {
    if (!held_ && !queue_.empty()) {
        held_ = queue_.front();
        queue_.pop_front();
    }
}

std::vector<Test> Worker::give_back(std::span<const Test> tests, bool all_or_nothing) {
    std::vector<Test> wanted(tests.begin(), tests.end());
    std::sort(wanted.begin(), wanted.end());
    std::vector<Test> found;
    std::deque<Test> kept;
    for (const Test test : queue_) {
        if (std::binary_search(wanted.begin(), wanted.end(), test)) {
            found.push_back(test);
        } else {
            kept.push_back(test);
        }
    }
    if (all_or_nothing && found.size() < wanted.size()) {
        return {};
    }
    queue_ = std::move(kept);
    return found;
}

std::optional<Worker::Start> Worker::take() {
    hold_next();
    if (!held_ || (queue_.empty() && !closing_)) {
        return std::nullopt;
    }
    Start start{*held_, std::nullopt};
    held_.reset();
    hold_next();
    start.next = held_;
    return start;
}

}  // namespace advisor::model
