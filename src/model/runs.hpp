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

/// What all configurations of a suite share. Keeps references to workload and parameters.
class Study {
public:
    Study(
        const Workload& workload,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    );

    const Workload& workload;
    const ModelParameters& parameters;
    const Machine machine;
    const PredictionOptions options;
    const Courses courses;
    const Lumps lumps;

    /// Of the whole suite, in one replication. Not for several threads at once.
    [[nodiscard]] const Perturbation& draws(std::uint32_t replication) const;

private:
    mutable std::vector<Perturbation> draws_;
};

/// One machine's part of a suite.
class MachineRuns {
public:
    /// Of the whole suite of `study`.
    MachineRuns(const Study& study, const Configuration& configuration, Grain grain);
    /// Of a part of it.
    MachineRuns(
        std::unique_ptr<const Study> study, const Configuration& configuration, Grain grain
    );

    [[nodiscard]] const Scenario& scenario() const { return *scenario_; }
    /// With the profiled durations. `schedule` may be null.
    [[nodiscard]] RunTimes run(std::vector<ScheduledTest>* schedule = nullptr) const;

    /// The walls of the replications. Suites of many tests run compressed for it, and only what
    /// the draws change is taken from there. `profiled`: the wall of run().
    [[nodiscard]] std::vector<double> walls(double profiled, std::uint32_t count) const;

private:
    std::unique_ptr<const Study> own_;
    const Study* study_;
    std::unique_ptr<Scenario> scenario_;
};

enum class Detail : std::uint8_t { exact, as_the_options_say };

/// All machines of a configuration.
class Runs {
public:
    Runs(const Study& study, const Configuration& configuration, Detail detail);

    [[nodiscard]] const MachineRuns& operator[](std::size_t i) const { return machines_[i]; }

    /// Of each machine, with the profiled durations.
    [[nodiscard]] std::vector<RunTimes> profiled() const;
    [[nodiscard]] static std::size_t slowest(const std::vector<RunTimes>& times);

    /// The walls of the replications: of each, the slowest machine's.
    [[nodiscard]] std::vector<double>
    walls(const std::vector<RunTimes>& profiled, std::uint32_t count) const;

private:
    std::vector<Workload> dealt_;
    std::vector<MachineRuns> machines_;
};

}  // namespace advisor::model
