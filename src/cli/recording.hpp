#pragma once

// The steps that several commands share: record a suite, get the machine's parameters, advise.

#include <advisor/advise/advise.hpp>
#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/host/instruments.hpp>
#include <advisor/measure/calibrate.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "cli/shell.hpp"

namespace advisor::cli {

struct Recorded {
    Profile profile;
    std::optional<Error> failure;  ///< the suite failed, in whatever way; the profile is partial
    bool interrupted = false;      ///< the user wants no more of it
    bool saved = true;             ///< in .advisor/; if not, that was said
};

/// Which one it is of several recordings of a suite.
struct Turn {
    std::uint32_t number = 1;
    std::uint32_t of = 1;
};

/// Profiles the suite and saves the profile. An error where nothing came of it that could be
/// analysed: pytest refused its arguments, collected nothing, or no test ran.
[[nodiscard]] Result<Recorded> record(
    const Suite& suite,
    const Arguments& arguments,
    const Instruments& instruments,
    Shell& shell,
    Turn turn = {}
);

/// As often as --repeat says, once without; of several recordings what they make together.
[[nodiscard]] Result<Recorded> record_repeatedly(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

/// An error if the user has stopped it: then no command goes on.
[[nodiscard]] Status unless_stopped(const Recorded& recorded);

/// The profile of a recording whose advisor was killed: of this file, or of the newest here.
[[nodiscard]] Result<Recorded> recover(const std::optional<std::string>& path);

/// The option of `record_repeatedly`.
[[nodiscard]] OptionSpec repeat_option();

/// Options of `record`.
[[nodiscard]] std::vector<OptionSpec> with_recording(std::vector<OptionSpec> options);

/// Measures this machine, and keeps the result in the cache.
[[nodiscard]] Result<ModelParameters> calibrate_now(
    const Suite& suite, const Instruments& instruments, Shell& shell, Pace pace = Pace::thorough
);

/// From the cache, or measured now; the shipped priors, with a remark, where --no-calibration
/// says so or the experiments fail.
[[nodiscard]] ModelParameters parameters_for(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

/// Those of --calibration FILE, else parameters_for: for a recording of another machine, or for
/// predictions that must not depend on when they are made.
[[nodiscard]] Result<ModelParameters> parameters_given_or_for(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

/// The options of `parameters_given_or_for`.
[[nodiscard]] OptionSpec calibration_option();
[[nodiscard]] OptionSpec no_calibration_option();

/// Advice with the commands that a user could type. It learns from `options.measured`.
[[nodiscard]] Advice advice_for(
    const Profile& profile,
    const Suite& suite,
    const ModelParameters& parameters,
    AdviseOptions options
);

}  // namespace advisor::cli
