#pragma once

// A suite of tests that do nothing, and what runs of it say about pytest and xdist themselves.

#include <advisor/base/result.hpp>
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

private:
    struct Run {
        ProcessEnd end;
        Journal journal;
    };

    EmptySuite(PrivateDirectory place, std::string python)
        : place_(std::move(place)),
          python_(std::move(python)) {}

    [[nodiscard]] Result<Run>
    run(const std::vector<std::string>& words, ProcessLauncher& launcher) const;

    PrivateDirectory place_;
    std::string python_;
};

}  // namespace advisor
