#pragma once

// Runs a suite in one configuration and holds pytest to its word.
//
// The suite's terminal stays its own; a journal of ours, written by a plugin in the controller,
// says which tests were collected and what became of each. The exit code is that of a sequential
// run of the same tests: pytest's own where it means the same, else translated (conclude.cpp says
// from what), and never 0 unless every collected test has exactly one final outcome.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/host/instruments.hpp>

#include <optional>

namespace advisor {

/// Exit code where the failure is ours, or pytest's word cannot be trusted.
inline constexpr int k_own_failure = 125;

struct RunRequest {
    Suite suite;
    Configuration configuration;
    std::optional<Prediction> predicted;
    std::optional<Seconds> sequential_wall;
    Seconds deadline;                 ///< zero: none
    Stream output = Stream::inherit;  ///< of pytest; its standard error stays ours
};

/// An error only where the run could not be started.
[[nodiscard]] Result<RunOutcome>
run_configuration(const RunRequest& request, const Instruments& instruments);

}  // namespace advisor
