#include "model/queue.hpp"

#include <algorithm>

namespace advisor::model {

void Queue::push(Stretch tests) {
    if (tests.size() == 0) {
        return;
    }
    size_ += tests.size();
    if (first_ < stretches_.size() && stretches_.back().end == tests.begin) {
        stretches_.back().end = tests.end;
        return;
    }
    if (first_ > stretches_.size() / 2) {
        stretches_.erase(
            stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(first_)
        );
        first_ = 0;
    }
    stretches_.push_back(tests);
}

void Queue::push(std::span<const Stretch> tests) {
    for (const Stretch& each : tests) {
        push(each);
    }
}

void Queue::pop_front(std::size_t count, std::vector<Stretch>& taken) {
    count = std::min(count, size_);
    size_ -= count;
    while (count > 0) {
        Stretch& front = stretches_[first_];
        const auto part = static_cast<std::uint32_t>(std::min<std::size_t>(count, front.size()));
        taken.push_back({front.begin, front.begin + part});
        front.begin += part;
        first_ += front.size() == 0 ? 1 : 0;
        count -= part;
    }
}

std::vector<Stretch> Queue::pop_back(std::size_t count) {
    std::vector<Stretch> taken;
    size_ -= count;
    while (count > 0) {
        Stretch& back = stretches_.back();
        const auto part = static_cast<std::uint32_t>(std::min<std::size_t>(count, back.size()));
        taken.push_back({back.end - part, back.end});
        back.end -= part;
        if (back.size() == 0) {
            stretches_.pop_back();
        }
        count -= part;
    }
    std::reverse(taken.begin(), taken.end());
    return taken;
}

void Queue::clear() {
    stretches_.clear();
    first_ = 0;
    size_ = 0;
}

std::size_t count_of(std::span<const Stretch> tests) {
    std::size_t count = 0;
    for (const Stretch& each : tests) {
        count += each.size();
    }
    return count;
}

}  // namespace advisor::model
