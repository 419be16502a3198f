#include "model/runs.hpp"

#include <algorithm>
#include <utility>

#include "model/replication.hpp"
#include "model/shards.hpp"

namespace advisor::model {

namespace {

/// Pieces of a replicated run: at least so many, and so many for each worker.
constexpr std::size_t k_least_pieces = 1000;
constexpr std::size_t k_pieces_each = 32;

double wall_of(const Scenario& scenario, const Perturbation& draws) {
    return Engine(scenario, draws).run(nullptr).wall;
}

Grain grain_of(const Study& study, const Configuration& configuration, Detail detail) {
    if (detail == Detail::exact || study.options.maxfail > 0
        || study.workload.tests.size() <= study.options.most_exact_tests) {
        return {};
    }
    return grain_of(
        study.courses,
        study.lumps,
        configuration,
        costs_of(study.workload, configuration, study.parameters),
        study.machine.cores
    );
}

}  // namespace

Study::Study(
    const Workload& of_workload,
    const ModelParameters& of_parameters,
    const Machine& of_machine,
    const PredictionOptions& of_options
)
    : workload(of_workload),
      parameters(of_parameters),
      machine(of_machine),
      options(of_options),
      courses(of_workload),
      lumps(lumps_of(courses.fixtures())) {}

const Perturbation& Study::draws(std::uint32_t replication) const {
    while (draws_.size() <= replication) {
        draws_.push_back(
            perturbed(workload, options.seed, static_cast<std::uint32_t>(draws_.size()))
        );
    }
    return draws_[replication];
}

MachineRuns::MachineRuns(const Study& study, const Configuration& configuration, Grain grain)
    : study_(&study),
      scenario_(std::make_unique<Scenario>(Scenario{
          study.workload,
          study.courses,
          configuration,
          study.parameters,
          study.machine,
          study.options.xdist,
          costs_of(study.workload, configuration, study.parameters),
          study.options.maxfail,
          grain})) {}

MachineRuns::MachineRuns(
    std::unique_ptr<const Study> study, const Configuration& configuration, Grain grain
)
    : MachineRuns(*study, configuration, grain) {
    own_ = std::move(study);
}

RunTimes MachineRuns::run(std::vector<ScheduledTest>* schedule) const {
    const Perturbation none;
    return Engine(*scenario_, none).run(schedule);
}

std::vector<double> MachineRuns::walls(double profiled, std::uint32_t count) const {
    const Workload& whole = scenario_->workload;
    const std::size_t pieces =
        std::max(k_least_pieces, k_pieces_each * std::size_t{scenario_->costs.nodes()});
    std::vector<double> walls;
    if (whole.tests.size() <= pieces) {
        for (std::uint32_t i = 0; i < count; ++i) {
            walls.push_back(wall_of(*scenario_, study_->draws(i)));
        }
        return walls;
    }
    const Compressed small =
        compressed(scenario_->courses.fixtures(), pieces, scenario_->costs.test_extra);
    const Courses courses(small.workload);
    Scenario scenario{
        small.workload,
        courses,
        scenario_->configuration,
        scenario_->parameters,
        scenario_->machine,
        scenario_->xdist,
        scenario_->costs};
    const double tests_each =
        static_cast<double>(whole.tests.size()) / static_cast<double>(small.workload.tests.size());
    scenario.costs.test_message = scenario.costs.test_message * tests_each;
    scenario.in_moments = true;
    const double unperturbed = count > 0 ? wall_of(scenario, {}) : 0.0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Perturbation draws = compressed(study_->draws(i), whole, small.piece_of);
        const double changed = unperturbed > 0.0 ? wall_of(scenario, draws) / unperturbed : 1.0;
        walls.push_back(profiled * changed);
    }
    return walls;
}

Runs::Runs(const Study& study, const Configuration& configuration, Detail detail) {
    const Grain grain = grain_of(study, configuration, detail);
    if (configuration.shards <= 1) {
        machines_.emplace_back(study, configuration, grain);
        return;
    }
    dealt_ = deal(study.workload, configuration.shards);
    for (const Workload& part : dealt_) {
        machines_.emplace_back(
            std::make_unique<Study>(part, study.parameters, study.machine, study.options),
            configuration,
            grain
        );
    }
}

std::vector<RunTimes> Runs::profiled() const {
    std::vector<RunTimes> times;
    for (const MachineRuns& machine : machines_) {
        times.push_back(machine.run());
    }
    return times;
}

std::size_t Runs::slowest(const std::vector<RunTimes>& times) {
    const auto found =
        std::max_element(times.begin(), times.end(), [](const RunTimes& a, const RunTimes& b) {
            return a.wall < b.wall;
        });
    return static_cast<std::size_t>(found - times.begin());
}

std::vector<double> Runs::walls(const std::vector<RunTimes>& profiled, std::uint32_t count) const {
    std::vector<double> slowest(count, 0.0);
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        const std::vector<double> walls = machines_[i].walls(profiled[i].wall, count);
        for (std::uint32_t draw = 0; draw < count; ++draw) {
            slowest[draw] = std::max(slowest[draw], walls[draw]);
        }
    }
    return slowest;
}

}  // namespace advisor::model
