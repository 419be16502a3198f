#pragma once

// What the Python scripts that describe an interpreter and measure a machine print, decoded.

#include <advisor/base/result.hpp>
#include <advisor/domain/calibration.hpp>
#include <advisor/domain/host.hpp>

#include <string_view>
#include <vector>

namespace advisor {

/// Of advisor_probe.py. Anything before the object (a launcher's own words) is skipped.
[[nodiscard]] Result<Interpreter> read_interpreter(std::string_view text);

/// Of advisor_capacity.py. A round ends where a count of processes comes again.
[[nodiscard]] Result<std::vector<CapacitySample>> read_capacity(std::string_view text);

/// Of advisor_recorder_cost.py.
[[nodiscard]] Result<RecordedHalf> read_recorded_half(std::string_view text);

}  // namespace advisor
