#pragma once

// Measures what running in parallel costs on this machine with this interpreter, suite apart.
//
// Each quantity is seen directly, by events of the controller and of a worker, instead of being
// inferred from walls: the start of the controller, of a gateway and of a worker are collinear in
// walls as long as cores are free. Experiments alternate and are repeated; the fit takes medians.

#include <advisor/base/result.hpp>
#include <advisor/domain/calibration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/host/instruments.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace advisor {

enum class Pace : std::uint8_t {
    thorough,  ///< each experiment three times and more, about 20 s
    quick,     ///< each once, without what it takes to start pytest: some 5 s, and wider ranges
};

struct CalibrationOptions {
    Pace pace = Pace::thorough;
    std::function<void(std::string_view step)> progress;  ///< may be empty
};

/// The interpreter must be able to run pytest; without xdist only its start and
/// the capacity of the cores are measured.
[[nodiscard]] Result<CalibrationMeasurement> calibrate(
    const Interpreter& interpreter,
    const Instruments& instruments,
    const CalibrationOptions& options
);

/// Names everything a calibration depends on: processor, usable cores, kernel, interpreter, pytest,
/// xdist and plugins with their versions. Hexadecimal, fit for a file name.
[[nodiscard]] std::string calibration_fingerprint(const Host& host, const Interpreter& interpreter);

}  // namespace advisor
