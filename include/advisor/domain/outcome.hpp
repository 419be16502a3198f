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

/// What a worker itself saw of a test, whatever was reported of it.
struct Sighting {
    std::string id;
    std::string worker;   ///< "gw0"; empty in a sequential run
    std::string outcome;  ///< "failed", or "started" if it never came to an end
    friend bool operator==(const Sighting&, const Sighting&) = default;
};

struct Conservation {
    std::uint64_t collected = 0;
    std::uint64_t final = 0;           ///< tests with exactly one final outcome
    std::vector<std::string> lost;     ///< without one, although nothing stopped the run
    std::vector<std::string> not_run;  ///< without one, because the run was stopped (-x, ^C)
    std::vector<std::string> duplicated;
    std::vector<std::string> contradicted;  ///< the worker saw another outcome than was reported
    std::vector<Sighting> sightings;        ///< of tests that are lost or contradicted

    /// Whether each collected test has its one outcome, so that the run was a whole one.
    [[nodiscard]] bool is_whole() const { return holds() && not_run.empty(); }
    [[nodiscard]] bool holds() const {
        return lost.empty() && duplicated.empty() && contradicted.empty();
    }
    friend bool operator==(const Conservation&, const Conservation&) = default;
};

/// A test that was ended with its process: because it ran for so long, or when the run was over.
struct Stall {
    std::string id;
    std::string worker;               ///< "gw0"; empty in a sequential run
    Seconds after;                    ///< that it had run
    std::optional<Seconds> profiled;  ///< what it took when it was recorded
    std::string stacks;               ///< of its process's threads, by Python's faulthandler
    friend bool operator==(const Stall&, const Stall&) = default;
};

/// A test that took another time than when it was recorded.
struct Surprise {
    std::string id;
    Seconds profiled;
    Seconds measured;
    friend bool operator==(const Surprise&, const Surprise&) = default;
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
    std::vector<Stall> stalls;        ///< ended because they ran for so long
    std::optional<Seconds> deadline;  ///< the one that passed and ended the run
    std::vector<Stall> at_deadline;   ///< what ran then
    std::uint64_t new_tests = 0;      ///< collected, and not in the recording if there is one
    std::vector<Surprise> surprises;  ///< the largest differences, largest first
    bool reran_lost = false;          ///< what was lost ran once more, sequentially, and is counted
    std::uint32_t left_behind = 0;    ///< processes that outlived the run and were ended

    friend bool operator==(const RunOutcome&, const RunOutcome&) = default;
};

/// Whether the run ended by itself and ran each test once: its wall is of what a prediction is
/// about, and may be held against one.
[[nodiscard]] bool is_measurement(const RunOutcome& outcome);

}  // namespace advisor
