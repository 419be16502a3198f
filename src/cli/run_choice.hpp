#pragma once

// What `advisor run` runs: by advice or as asked for, and what is known about it beforehand.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/deal.hpp>
#include <advisor/host/instruments.hpp>

#include <map>
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
    std::optional<Seconds> sequential_wall;
    std::optional<Prediction> other;  ///< of an advised forked run, where the suite refuses forks
};

/// What the last recording of this suite is good for in a run.
struct Known {
    Deal deal;
    std::map<std::string, Seconds> times;
};

/// The one --configuration, or what --plan or the saved advice recommends; analyses first where
/// there is no advice for this suite and machine.
[[nodiscard]] Result<Choice> choose(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
);

[[nodiscard]] Known known_of(
    const Configuration& configuration,
    const Suite& suite,
    const Instruments& instruments,
    Shell& shell
);

/// Variables that cap pools of native threads, one a worker, at the worker's share of the cores.
/// What the user has set stays.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
thread_caps(const Choice& choice, double cores, Shell& shell);

}  // namespace advisor::cli
