#include "measure/merge_counts.hpp"

#include <advisor/base/median.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace advisor {

namespace {

std::optional<std::int64_t> count_of(const CountedTest& recording, const std::string& event) {
    const std::vector<std::string>& events = *recording.events;
    const auto found = std::find(events.begin(), events.end(), event);
    const auto index = static_cast<std::size_t>(found - events.begin());
    const std::vector<std::int64_t>& counts = recording.test->counts;
    return index < counts.size() ? std::optional(counts[index]) : std::nullopt;
}

}  // namespace

std::vector<std::string> merged_events(const std::vector<const Profile*>& runs) {
    std::vector<std::string> events;
    for (const Profile* run : runs) {
        for (const std::string& event : run->counted) {
            if (std::find(events.begin(), events.end(), event) == events.end()) {
                events.push_back(event);
            }
        }
    }
    return events;
}

std::vector<std::int64_t>
merged_counts(const std::vector<CountedTest>& recordings, const std::vector<std::string>& events) {
    std::vector<std::int64_t> merged;
    for (const std::string& event : events) {
        std::vector<std::int64_t> counts;
        for (const CountedTest& recording : recordings) {
            if (const auto count = count_of(recording, event)) {
                counts.push_back(*count);
            }
        }
        if (counts.empty()) {
            return {};
        }
        merged.push_back(median(std::move(counts)));
    }
    return merged;
}

}  // namespace advisor
