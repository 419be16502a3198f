#pragma once

// How a configuration is spelt for pytest, and whether an interpreter can run it.

#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>

#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// Words that make pytest run this configuration. They follow the user's own arguments, so that
/// they win over them and over addopts: "-n 4 --dist worksteal". Of any other run "-n0" where xdist
/// is loaded (addopts may ask for workers), and "-p advisor_lanes ..." of forked workers.
[[nodiscard]] std::vector<std::string> runner_arguments(
    const Configuration& configuration,
    const Interpreter& interpreter,
    const std::vector<std::string>& arguments
);

/// Nothing if this interpreter can run it now, else why not and what to do.
[[nodiscard]] std::optional<Error> why_not_runnable(
    const Configuration& configuration, const Interpreter& interpreter, const SuiteCommand& command
);

/// What a user could type to run it.
[[nodiscard]] std::vector<std::string> command_for(
    const Configuration& configuration, const Interpreter& interpreter, const SuiteCommand& command
);

/// True where our own plugin for forked workers and lanes runs the tests.
[[nodiscard]] bool needs_lanes(const Configuration& configuration);

/// False where the arguments keep pytest from loading xdist ("-p no:xdist").
[[nodiscard]] bool allows_xdist(const std::vector<std::string>& arguments);

}  // namespace advisor
