#include "measure/count_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace advisor {

namespace {

/// It is the CPU time, which is known exactly of each test.
constexpr std::string_view k_left_out = "TASK-CLOCK";

}  // namespace

void CountReader::look(std::int64_t now_ns) {
    if (counts() && pace_.is_due(now_ns)) {
        const std::int64_t used_ns = cpu_ns_();
        read(now_ns);
        pace_.did(now_ns, cpu_ns_() - used_ns);
    }
}

void CountReader::read(std::int64_t now_ns) {
    if (!counts()) {
        return;
    }
    const bool is_first = log_.events.empty();
    CountReading reading{now_ns, {}};
    for (const RunCounter& counter : counting_->read()) {
        if (counter.name == k_left_out) {
            continue;
        }
        if (is_first) {
            log_.events.push_back(counter.name);
        }
        const Measured<double>& value = counter.value;
        reading.values.push_back(value.has_value() ? std::optional(value.value()) : std::nullopt);
    }
    const auto is_known = [](const std::optional<double>& value) { return value.has_value(); };
    if (std::any_of(reading.values.begin(), reading.values.end(), is_known)) {
        log_.readings.push_back(std::move(reading));
    }
}

}  // namespace advisor
