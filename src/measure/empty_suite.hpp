#pragma once

// A suite of tests that do nothing, and what runs of it say about pytest and xdist themselves.

#include <advisor/base/result.hpp>
#include <advisor/dialect/plugins.hpp>
#include <advisor/domain/calibration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/host/process.hpp>
#include <advisor/store/journal.hpp>

#include <string>
#include <vector>

namespace advisor {

class EmptySuite {
public:
    [[nodiscard]] static Result<EmptySuite> create(const Interpreter& interpreter);

    [[nodiscard]] Result<SequentialRun> run_sequential(ProcessLauncher& launcher) const;
    [[nodiscard]] Result<WorkerRun> run_with_worker(ProcessLauncher& launcher) const;
    [[nodiscard]] Result<ForkedRun> run_forked(ProcessLauncher& launcher) const;
    [[nodiscard]] Result<RecordedHalf> run_half_recorded(ProcessLauncher& launcher) const;

private:
    struct Run {
        ProcessEnd end;
        Journal journal;
    };

    EmptySuite(PrivateDirectory place, Interpreter interpreter)
        : place_(std::move(place)),
          interpreter_(std::move(interpreter)) {}

    /// `configuration`: its spec.
    [[nodiscard]] Result<Run> run(const char* configuration, ProcessLauncher& launcher) const;
    [[nodiscard]] Result<ProcessEnd>
    run(const std::vector<std::string>& words,
        const PluginLoading& plugin,
        ProcessLauncher& launcher) const;

    PrivateDirectory place_;
    Interpreter interpreter_;
};

}  // namespace advisor
