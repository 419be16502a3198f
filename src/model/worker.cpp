#include "model/worker.hpp"

#include <algorithm>

namespace advisor::model {

void Worker::enqueue(std::span<const Test> tests) {
    if (first_ > tests_.size() / 2) {
        tests_.erase(tests_.begin(), tests_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    tests_.insert(tests_.end(), tests.begin(), tests.end());
    // The worker's loop waits in TestQueue.get(), so that what arrives is taken at once.
    holds_ = in_hand() > 0;
}

void Worker::stop() {
    closing_ = true;
    tests_.clear();
    first_ = 0;
    holds_ = false;
}

std::vector<Test> Worker::give_back(std::span<const Test> tests, bool all_or_nothing) {
    std::vector<Test> wanted(tests.begin(), tests.end());
    std::sort(wanted.begin(), wanted.end());
    const auto is_wanted = [&](Test test) {
        return std::binary_search(wanted.begin(), wanted.end(), test);
    };
    const auto queue = tests_.begin() + static_cast<std::ptrdiff_t>(first_ + (holds_ ? 1 : 0));
    std::vector<Test> found;
    std::copy_if(queue, tests_.end(), std::back_inserter(found), is_wanted);
    if (all_or_nothing && found.size() < wanted.size()) {
        return {};
    }
    tests_.erase(std::remove_if(queue, tests_.end(), is_wanted), tests_.end());
    return found;
}

std::optional<Worker::Start> Worker::take(std::size_t most) {
    const std::size_t ready = in_hand() - (closing_ || in_hand() == 0 ? 0 : 1);
    if (ready == 0) {
        return std::nullopt;
    }
    Start start{std::span(tests_).subspan(first_, std::min(most, ready)), std::nullopt};
    first_ += start.tests.size();
    holds_ = in_hand() > 0;
    if (holds_) {
        start.next = tests_[first_];
    }
    return start;
}

}  // namespace advisor::model
