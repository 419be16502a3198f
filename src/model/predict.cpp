#include "advisor/model/predict.hpp"

#include <algorithm>

#include "model/bound.hpp"
#include "model/engine.hpp"
#include "model/memory.hpp"
#include "model/replication.hpp"
#include "model/shards.hpp"

namespace advisor {

namespace {

/// The parts of a suite that run on machines of their own; without shards the suite itself.
class Machines {
public:
    Machines(const Workload& workload, const Configuration& configuration)
        : whole_(workload) {
        if (configuration.shards > 1) {
            dealt_ = model::deal(workload, configuration.shards);
        }
    }
    [[nodiscard]] std::size_t size() const { return dealt_.empty() ? 1 : dealt_.size(); }
    [[nodiscard]] const Workload& operator[](std::size_t i) const {
        return dealt_.empty() ? whole_ : dealt_[i];
    }

private:
    const Workload& whole_;
    std::vector<Workload> dealt_;
};

Breakdown breakdown_of(const model::RunTimes& times, double nodes) {
    return {
        {"start", Seconds(times.booted)},
        {"collection", Seconds(times.tests_begin - times.booted)},
        {"tests", Seconds(times.tests / nodes)},
        {"fixtures_repeated", Seconds(times.fixtures_repeated / nodes)},
        {"cores", Seconds(times.cores / nodes)},
        {"gil", Seconds(times.gil / nodes)},
        {"controller", Seconds((times.runner + times.waiting) / nodes)},
        {"imbalance", Seconds(times.idle / nodes)},
        {"finish", Seconds(times.wall - times.tests_end)}};
}

/// A configuration on every machine, with what its runs share.
class Runs {
public:
    Runs(
        const Workload& workload,
        const Configuration& configuration,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    )
        : machines_(workload, configuration) {
        plans_.reserve(machines_.size());
        scenarios_.reserve(machines_.size());
        for (std::size_t i = 0; i < machines_.size(); ++i) {
            const Workload& part = machines_[i];
            plans_.emplace_back(part);
            scenarios_.push_back(
                {part,
                 plans_.back(),
                 configuration,
                 parameters,
                 machine,
                 options.xdist,
                 model::costs_of(part, configuration, parameters)}
            );
        }
    }

    [[nodiscard]] std::size_t size() const { return scenarios_.size(); }
    [[nodiscard]] const model::Scenario& operator[](std::size_t i) const { return scenarios_[i]; }

    [[nodiscard]] static model::RunTimes
    run(const model::Scenario& scenario,
        const model::Perturbation& perturbation,
        std::vector<ScheduledTest>* schedule = nullptr) {
        return model::Engine(scenario, perturbation).run(schedule);
    }

    /// The machine that takes longest with the profiled durations, and its times.
    [[nodiscard]] std::pair<std::size_t, model::RunTimes> slowest() const {
        std::pair<std::size_t, model::RunTimes> result{0, run(scenarios_[0], {})};
        for (std::size_t i = 1; i < scenarios_.size(); ++i) {
            const model::RunTimes times = run(scenarios_[i], {});
            if (times.wall > result.second.wall) {
                result = {i, times};
            }
        }
        return result;
    }

    [[nodiscard]] double replicated_wall(std::uint64_t seed, std::uint32_t replication) const {
        double wall = 0.0;
        for (const model::Scenario& scenario : scenarios_) {
            const auto perturbation = model::perturbed(scenario.workload, seed, replication);
            wall = std::max(wall, run(scenario, perturbation).wall);
        }
        return wall;
    }

private:
    Machines machines_;
    std::vector<model::FixturePlan> plans_;
    std::vector<model::Scenario> scenarios_;
};

}  // namespace

Machine machine_of(const Host& host) {
    return {host.usable_cores(), host.usable_memory()};
}

Simulation simulate(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
) {
    const Runs runs(workload, configuration, parameters, machine, options);
    const std::size_t slowest = runs.size() > 1 ? runs.slowest().first : 0;
    Simulation result;
    result.schedule.reserve(runs[slowest].workload.tests.size());
    const model::RunTimes times = Runs::run(runs[slowest], {}, &result.schedule);
    result.wall = Seconds(times.wall);
    result.tests_begin = Seconds(times.tests_begin);
    result.breakdown = breakdown_of(times, runs[slowest].costs.nodes());
    return result;
}

Prediction predict(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
) {
    const Runs runs(workload, configuration, parameters, machine, options);
    const Configuration in_sequence;
    const Runs sequential(workload, in_sequence, parameters, machine, options);
    const bool is_sequential = configuration == in_sequence;

    const auto [slowest, times] = runs.slowest();
    const double alone = sequential.slowest().second.wall;
    std::vector<double> walls;
    std::vector<double> speedups;
    for (std::uint32_t i = 0; i < options.replications; ++i) {
        const double wall = runs.replicated_wall(options.seed, i);
        const double reference = is_sequential ? wall : sequential.replicated_wall(options.seed, i);
        walls.push_back(wall * model::machine_factor(options.seed, i));
        speedups.push_back(wall > 0.0 ? reference / wall : 1.0);
    }
    // A sequential run has nothing of what was calibrated in it.
    const double error = is_sequential ? 0.0 : parameters.relative_error;

    Prediction prediction;
    prediction.configuration = configuration;
    const Interval<double> wall = model::interval_of(std::move(walls), times.wall, error);
    prediction.wall = {Seconds(wall.low), Seconds(wall.mid), Seconds(wall.high)};
    prediction.speedup =
        model::interval_of(std::move(speedups), times.wall > 0.0 ? alone / times.wall : 1.0, error);
    const model::LowerBound bound = model::lower_bound_of(runs[slowest], times.tests_begin);
    prediction.lower_bound = Seconds(std::min(bound.seconds, times.wall));
    prediction.bound_by = bound.by;
    prediction.bound_subject = bound.subject;
    prediction.peak_memory = model::peak_memory_of(runs[slowest].workload, runs[slowest].costs);
    prediction.fits_memory = machine.memory == Bytes(0) || prediction.peak_memory <= machine.memory;
    prediction.breakdown = breakdown_of(times, runs[slowest].costs.nodes());
    return prediction;
}

}  // namespace advisor
