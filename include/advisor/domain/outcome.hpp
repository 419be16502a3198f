#pragma once

// What a run of one configuration gave: walls, exit codes, and whether each collected test has
// exactly one final outcome.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/measured.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

struct WorkerUse {
    std::string name;        ///< "gw0"
    Measured<Seconds> busy;  ///< between start and end of its tests
    Measured<Seconds> boot;  ///< launch of the run until it was ready
    std::uint64_t tests = 0;
    friend bool operator==(const WorkerUse&, const WorkerUse&) = default;
};

struct Conservation {
    std::uint64_t collected = 0;
    std::uint64_t final = 0;  ///< tests with exactly one final outcome
    std::vector<std::string> lost;
    std::vector<std::string> duplicated;
    friend bool operator==(const Conservation&, const Conservation&) = default;
};

struct RunOutcome {
    Configuration configuration;
    std::vector<std::string> command;
    std::optional<Prediction> predicted;
    std::optional<Seconds> sequential_wall;
    Seconds wall;
    int exit_code = 0;                    ///< ours: what a sequential run would have given
    std::string exit_because;             ///< why it is not the runner's; empty if it is
    std::optional<int> runner_exit_code;  ///< pytest's; absent if a signal ended it
    std::optional<int> runner_signal;
    std::map<std::string, std::uint64_t> outcomes;  ///< counts by name of the final outcome
    Conservation conservation;
    std::vector<WorkerUse> workers;
    std::uint32_t left_behind = 0;  ///< processes that outlived the run and were ended

    friend bool operator==(const RunOutcome&, const RunOutcome&) = default;
};

}  // namespace advisor
