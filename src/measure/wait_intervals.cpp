#include "measure/wait_intervals.hpp"

namespace advisor {

void WaitIntervals::expect(std::int64_t from_ns, std::int64_t to_ns) {
    expected_.push_back({samples_.size() - 1, from_ns, to_ns});
}

void WaitIntervals::take(const std::vector<ThreadSwitch>& switches) {
    for (const ThreadSwitch& each : switches) {
        if (each.kind == ThreadSwitch::Kind::in && out_ns_ && each.at_ns > *out_ns_) {
            close({*out_ns_, each.at_ns});
        }
        const bool waits = each.kind == ThreadSwitch::Kind::out;
        out_ns_ = waits ? std::optional(each.at_ns) : std::nullopt;
    }
}

void WaitIntervals::close(const WaitInterval& interval) {
    while (!expected_.empty() && expected_.front().from_ns < interval.end_ns) {
        const Expected& seen = expected_.front();
        if (interval.begin_ns <= seen.from_ns && seen.to_ns <= interval.end_ns) {
            samples_[seen.sample].whole = interval;
        }
        expected_.pop_front();
    }
}

}  // namespace advisor
