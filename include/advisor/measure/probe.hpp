#pragma once

// Asks the interpreter behind a command what it is and what is installed in it.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/host/process.hpp>

#include <string>

namespace advisor {

/// An interpreter is run with a script, a launcher with a plugin and --version. `environment` where
/// it cannot be started or does not answer. That pytest is missing is no error here.
[[nodiscard]] Result<Interpreter> probe_interpreter(
    const SuiteCommand& command, const std::string& directory, ProcessLauncher& launcher
);

}  // namespace advisor
