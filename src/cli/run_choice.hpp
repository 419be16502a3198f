#pragma once

// What `advisor run` runs: by advice or as asked for, and what is known about it beforehand.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/execute/run.hpp>
#include <advisor/host/instruments.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/shell.hpp"

namespace advisor::cli {

/// What to run, and what is known about it beforehand.
struct Choice {
    Configuration configuration;
    bool caps_thread_pools = false;  ///< its advice found pools of threads that would compete
    std::optional<Prediction> predicted;
    std::string calibration;  ///< what that rests on; empty: of another machine, maybe
    std::optional<Seconds> sequential_wall;
    std::optional<Prediction> other;  ///< of an advised run of ours, where the suite refuses it
};

/// The one --configuration, or what --plan or the saved advice recommends; analyses first where
/// there is no advice for this suite and machine.
[[nodiscard]] Result<Choice> choose(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

/// With what the last recording of the suite knows.
[[nodiscard]] Result<RunOutcome>
run_known(RunRequest request, const Instruments& instruments, Shell& shell);

/// The deadline of a run that nobody gave one: ten times what it should take, and at least ten
/// minutes; none where that is not known.
[[nodiscard]] Seconds patience_with(const Choice& choice);

/// What was saved for this suite and machine, else made now.
[[nodiscard]] Result<Advice> advice_here(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

/// What is known of a prediction of that advice, as of a choice.
[[nodiscard]] Choice chosen_from(const Advice& advice, const std::string& wanted);

/// Variables that cap pools of native threads, one a worker, at the worker's share of the cores.
/// What the user has set stays.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
thread_caps(const Choice& choice, double cores, Shell& shell);

}  // namespace advisor::cli
