#pragma once

// The options by which a command knows its suite, and the suite itself.

#include <advisor/advise/advise.hpp>
#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/host/instruments.hpp>

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.hpp"

namespace advisor::cli {

/// --python and --command, before the others.
[[nodiscard]] std::vector<OptionSpec> with_suite(std::vector<OptionSpec> options);

[[nodiscard]] Result<SuiteCommand> command_of(const Arguments& arguments);

/// Asks the interpreter; an error where it has no pytest that is supported.
[[nodiscard]] Result<Suite> suite_of(const Arguments& arguments, ProcessLauncher& launcher);

/// Empty where it was removed.
[[nodiscard]] std::string current_directory();

/// Of the values of --configuration; at least one worker each, no duplicates.
[[nodiscard]] Result<std::vector<Configuration>> configurations_of(const Arguments& arguments);

/// What can be run here, each kind with its reason if not.
[[nodiscard]] Ability ability_of(const Interpreter& interpreter, const SuiteCommand& command);

/// The machine, as commands use it.
struct Machinery {
    LinuxLauncher launcher;
    std::unique_ptr<CounterSource> counters = perf_counters();
    [[nodiscard]] Instruments instruments() { return {launcher, *counters, FileReader()}; }
};

}  // namespace advisor::cli
