#pragma once

// The recording that --profile FILE names, and the suite that it is of.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/host/process.hpp>

#include <string>

#include "cli/arguments.hpp"

namespace advisor::cli {

struct GivenProfile {
    Suite suite;
    Profile profile;
};

/// Our own recording names its interpreter and its command: others beside it are a usage error. A
/// file of another tool names none; there the suite is found as for a recording, by --python,
/// --command and pytest's arguments, and an error where it is not.
[[nodiscard]] Result<GivenProfile>
given_profile(const std::string& path, const Arguments& arguments, ProcessLauncher& launcher);

}  // namespace advisor::cli
