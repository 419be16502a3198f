#pragma once

// What advisor doctor looks at. Each check says what was found and, where it is not well, a fix.

#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/host/instruments.hpp>

#include <string>
#include <vector>

namespace advisor::cli {

/// Cores, memory, counters, temporary directory, descriptors, and what others do meanwhile.
[[nodiscard]] std::vector<Check> machine_checks(const Instruments& instruments);

/// Interpreter, pytest, xdist, plugins that matter, and whether a calibration is there.
[[nodiscard]] std::vector<Check> interpreter_checks(
    const SuiteCommand& command, const std::string& directory, ProcessLauncher& launcher
);

}  // namespace advisor::cli
