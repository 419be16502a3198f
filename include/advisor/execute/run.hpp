#pragma once

// Runs a suite in one configuration and holds pytest to its word.
//
// The suite's terminal stays its own; a journal of ours, written by a plugin in the controller,
// says which tests were collected and what became of each. The exit code is that of a sequential
// run of the same tests: pytest's own where it means the same, else translated (conclude.cpp says
// from what), and never 0 unless every collected test has exactly one final outcome.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/deal.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/host/instruments.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace advisor {

/// Exit code where the failure is ours, or pytest's word cannot be trusted.
inline constexpr int k_own_failure = 125;

struct RunRequest {
    Suite suite;
    Configuration configuration;
    std::optional<Prediction> predicted;
    std::optional<Seconds> sequential_wall;
    std::vector<std::pair<std::string, std::string>> environment;  ///< added to the run's
    Deal deal;  ///< of dist=planned; empty: nothing is known of the tests
    std::map<std::string, Seconds> profiled;  ///< what each test took when it was recorded
    Seconds deadline;                         ///< zero: none
    /// A test, or pytest's exit, that takes longer is ended; zero: 40 times what the test took
    /// when it was recorded and at least a minute, and half a minute for the exit.
    Seconds stall;
    bool rerun_lost = false;          ///< once more, sequentially
    Stream output = Stream::inherit;  ///< of pytest; its standard error stays ours
};

/// What pytest would be started with, without the plugins of ours.
[[nodiscard]] std::vector<std::string> words_of(const RunRequest& request);

/// An error only where the run could not be started.
[[nodiscard]] Result<RunOutcome>
run_configuration(const RunRequest& request, const Instruments& instruments);

}  // namespace advisor
