#include "report/numbers.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <cmath>

namespace advisor::report {

namespace {

/// Two figures are all that a speed-up of one digit can carry; more digits need no fraction.
int speedup_decimals(double factor) {
    return std::abs(factor) < 99.95 ? 1 : 0;
}

}  // namespace

int decimals_for(Seconds smallest) {
    const double value = std::abs(smallest.value());
    if (value >= 999.5 || !std::isfinite(value)) {
        return 0;
    }
    if (value >= 9.995) {
        return 1;
    }
    return value >= 0.9995 ? 2 : 3;
}

std::string seconds_text(Seconds time, int decimals) {
    return format_fixed(time.value(), decimals);
}

std::string seconds_text(Measured<Seconds> time, int decimals) {
    return time.has_value() ? seconds_text(time.value(), decimals) : "";
}

std::string range_text(const Interval<Seconds>& interval, int decimals) {
    return seconds_text(interval.low, decimals) + "-" + seconds_text(interval.high, decimals);
}

std::string times_text(double factor) {
    return format_fixed(factor, speedup_decimals(factor)) + "x";
}

std::string range_text(const Interval<double>& interval) {
    const int decimals = speedup_decimals(interval.mid);
    return format_fixed(interval.low, decimals) + "-" + format_fixed(interval.high, decimals);
}

std::string change_text(Seconds base, Seconds head) {
    if (!(base > Seconds(0))) {
        return "unknown";
    }
    const double change = (head - base) / base;
    const std::string text = format_percent(change);
    return change > 0 ? "+" + text : text;
}

MemoryUnit memory_unit_for(Bytes smallest) {
    constexpr double k_gib = 1024.0 * 1024.0 * 1024.0;
    if (static_cast<double>(smallest.value()) >= k_gib) {
        return {"GiB", k_gib, 1};
    }
    return {"MiB", 1024.0 * 1024.0, 0};
}

std::string memory_text(Bytes size, const MemoryUnit& unit) {
    if (size == Bytes(0)) {
        return "-";
    }
    return format_fixed(static_cast<double>(size.value()) / unit.bytes, unit.decimals);
}

std::string memory_text(Bytes size) {
    return size == Bytes(0) ? "-" : format_bytes(size);
}

}  // namespace advisor::report
