#pragma once

// The runners of `models/runners/`: what each shares between its workers and what it repeats, what
// it costs, how it hands out tests, on which versions that is so, and its known defects with their
// sources. The default runners are pytest-xdist for `processes` and our own workers for `forked`
// and `threads`; every other one is used on request (`runner=NAME` in a spec) or not at all.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// How often a runner pays for something.
enum class Repetition : std::uint8_t { per_run, per_process, per_lane, per_test };

enum class RunnerUse : std::uint8_t {
    by_default,
    on_request,  ///< runs a suite as it is, with the defects listed
    refused,     ///< loses tests, or is made for something else
};

/// One way of handing out tests, as of a version of the runner.
struct RunnerRule {
    std::string name;   ///< as on its command line: "worksteal"
    std::string since;  ///< first version that behaves so
    std::string rule;   ///< one sentence
    friend bool operator==(const RunnerRule&, const RunnerRule&) = default;
};

struct RunnerDefect {
    std::string code;  ///< stable, kebab-case
    Severity severity = Severity::note;
    std::string versions;  ///< of the runner; empty: all that are known
    std::string what;
    std::string source;
    friend bool operator==(const RunnerDefect&, const RunnerDefect&) = default;
};

struct Runner {
    std::string name;    ///< as packaged: "pytest-xdist"
    std::string module;  ///< importable where it is installed; empty: comes with advisor
    std::vector<std::string> kinds;  ///< of configurations it can run: "processes", "threads"
    RunnerUse use = RunnerUse::refused;
    std::string use_because;
    std::string versions;  ///< of the runner itself; this and the next two as in PEP 440
    std::string python_versions;
    std::string pytest_versions;
    Repetition boot = Repetition::per_process;        ///< interpreter, plugins, conftest
    Repetition collection = Repetition::per_process;  ///< imports of the test modules
    Repetition fixtures = Repetition::per_process;    ///< of session scope, where used
    Seconds start_cpu;  ///< for each worker or lane, beyond boot and collection
    Seconds test_cpu;   ///< for each test beyond a sequential run, all processes together
    std::vector<RunnerRule> rules;
    std::vector<RunnerDefect> defects;  ///< worst first
    friend bool operator==(const Runner&, const Runner&) = default;
};

/// All shipped ones, by name.
[[nodiscard]] std::vector<Runner> shipped_runners();

[[nodiscard]] std::string_view name_of(Repetition repetition);
[[nodiscard]] std::string_view name_of(RunnerUse use);

}  // namespace advisor
