#pragma once

// The runs behind a prediction: of one configuration, on each of its machines.

#include <advisor/model/predict.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/compression.hpp"
#include "model/engine.hpp"

namespace advisor::model {

/// One machine's part of a suite. Keeps references to all that it is made from.
class MachineRuns {
public:
    MachineRuns(
        const Workload& workload,
        const Configuration& configuration,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    );

    [[nodiscard]] const Scenario& scenario() const { return *scenario_; }
    /// With the profiled durations. `schedule` may be null.
    [[nodiscard]] RunTimes run(std::vector<ScheduledTest>* schedule = nullptr) const;

    /// The walls of the replications. Suites of many tests run compressed for it, and only what
    /// the draws change is taken from there. `profiled`: the wall of run().
    [[nodiscard]] std::vector<double>
    walls(double profiled, std::uint64_t seed, std::uint32_t count) const;

private:
    std::unique_ptr<FixturePlan> fixtures_;
    std::unique_ptr<Scenario> scenario_;
};

/// All machines of a configuration.
class Runs {
public:
    Runs(
        const Workload& workload,
        const Configuration& configuration,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    );

    [[nodiscard]] const MachineRuns& operator[](std::size_t i) const { return machines_[i]; }

    /// Of each machine, with the profiled durations.
    [[nodiscard]] std::vector<RunTimes> profiled() const;
    [[nodiscard]] static std::size_t slowest(const std::vector<RunTimes>& times);

    /// The walls of the replications: of each, the slowest machine's.
    [[nodiscard]] std::vector<double>
    walls(const std::vector<RunTimes>& profiled, std::uint64_t seed, std::uint32_t count) const;

private:
    std::vector<Workload> dealt_;
    std::vector<MachineRuns> machines_;
};

}  // namespace advisor::model
