#pragma once

// Numbers of one column in one unit with one precision, so that they compare at a glance.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/measured.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace advisor::report {

/// Digits behind the point of a column of seconds: three significant figures for `smallest`, but
/// no finer than a millisecond; whole seconds from 1000 s on.
[[nodiscard]] int decimals_for(Seconds smallest);

/// The number alone, "12.1"; "unknown" if it is not finite.
[[nodiscard]] std::string seconds_text(Seconds time, int decimals);
/// Nothing where it was not measured.
[[nodiscard]] std::string seconds_text(Measured<Seconds> time, int decimals);
/// "11.0-13.4".
[[nodiscard]] std::string range_text(const Interval<Seconds>& interval, int decimals);
/// "4.2x".
[[nodiscard]] std::string times_text(double factor);
/// "3.8-4.5".
[[nodiscard]] std::string range_text(const Interval<double>& interval);
/// "+4.2 %", "-11 %", "0 %": the relative change from `base` to `head`.
[[nodiscard]] std::string change_text(Seconds base, Seconds head);

/// A binary unit for a column of memory.
struct MemoryUnit {
    std::string_view name;
    double bytes = 1;
    int decimals = 0;
};

/// GiB where even the smallest is above one, else MiB.
[[nodiscard]] MemoryUnit memory_unit_for(Bytes smallest);
/// "-" for none: then it was not measured.
[[nodiscard]] std::string memory_text(Bytes size, const MemoryUnit& unit);
[[nodiscard]] std::string memory_text(Bytes size);

}  // namespace advisor::report
