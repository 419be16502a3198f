#pragma once

// One function and one specification a command; each in a file of its name.

#include "cli/arguments.hpp"
#include "cli/shell.hpp"

namespace advisor::cli {

struct Command {
    CommandSpec spec;
    int (*run)(const Arguments& arguments, Shell& shell);
};

[[nodiscard]] Command analyze_command();
[[nodiscard]] Command profile_command();
[[nodiscard]] Command calibrate_command();
[[nodiscard]] Command run_command();
[[nodiscard]] Command verify_command();
[[nodiscard]] Command gate_command();
[[nodiscard]] Command plan_command();
[[nodiscard]] Command doctor_command();
[[nodiscard]] Command report_command();

}  // namespace advisor::cli
