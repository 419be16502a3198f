#pragma once

// What runs of a suite took: kept in `.advisor/`, and learnt from by the next advice.

#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/measured_run.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/parameters.hpp>

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/shell.hpp"

namespace advisor::cli {

/// What predictions with these parameters rest on. Runs are only learnt from where it is the same:
/// what they were off by was its error.
[[nodiscard]] std::string calibration_of(const ModelParameters& parameters);

/// Those kept of this suite on this machine, with these versions and this calibration; none with
/// --no-learning.
[[nodiscard]] std::vector<MeasuredRun> measured_runs(
    const Suite& suite,
    const ModelParameters& parameters,
    const Host& host,
    const Arguments& arguments
);

/// Those of a document of a user's, whatever they rest on.
[[nodiscard]] Result<std::vector<MeasuredRun>> measured_runs_in(const std::string& path);

/// Keeps what a run took, if it was a whole one; the oldest of many give way. A failure is said,
/// and is no reason to fail. `calibration`: what its prediction rests on.
void keep_measured(
    const RunOutcome& outcome,
    const Suite& suite,
    const Prediction& prediction,
    const std::string& calibration,
    const Host& host
);

[[nodiscard]] OptionSpec no_learning_option();

}  // namespace advisor::cli
