#include "model/runs.hpp"

#include <algorithm>

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

}  // namespace

MachineRuns::MachineRuns(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
)
    : fixtures_(std::make_unique<FixturePlan>(workload)),
      scenario_(std::make_unique<Scenario>(Scenario{
          workload,
          *fixtures_,
          configuration,
          parameters,
          machine,
          options.xdist,
          costs_of(workload, configuration, parameters),
          options.maxfail})) {}

RunTimes MachineRuns::run(std::vector<ScheduledTest>* schedule) const {
    const Perturbation none;
    return Engine(*scenario_, none).run(schedule);
}

std::vector<double>
MachineRuns::walls(double profiled, std::uint64_t seed, std::uint32_t count) const {
    const Workload& whole = scenario_->workload;
    const std::size_t pieces =
        std::max(k_least_pieces, k_pieces_each * std::size_t{scenario_->costs.nodes()});
    std::vector<double> walls;
    if (whole.tests.size() <= pieces) {
        for (std::uint32_t i = 0; i < count; ++i) {
            walls.push_back(wall_of(*scenario_, perturbed(whole, seed, i)));
        }
        return walls;
    }
    const Compressed small = compressed(*fixtures_, pieces, scenario_->costs.test_extra);
    const FixturePlan fixtures(small.workload);
    Scenario scenario{
        small.workload,
        fixtures,
        scenario_->configuration,
        scenario_->parameters,
        scenario_->machine,
        scenario_->xdist,
        scenario_->costs};
    const double tests_each =
        static_cast<double>(whole.tests.size()) / static_cast<double>(small.workload.tests.size());
    scenario.costs.test_message = scenario.costs.test_message * tests_each;
    const double unperturbed = count > 0 ? wall_of(scenario, {}) : 0.0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Perturbation draws = compressed(perturbed(whole, seed, i), whole, small.piece_of);
        const double changed = unperturbed > 0.0 ? wall_of(scenario, draws) / unperturbed : 1.0;
        walls.push_back(profiled * changed);
    }
    return walls;
}

Runs::Runs(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
) {
    if (configuration.shards <= 1) {
        machines_.emplace_back(workload, configuration, parameters, machine, options);
        return;
    }
    dealt_ = deal(workload, configuration.shards);
    for (const Workload& part : dealt_) {
        machines_.emplace_back(part, configuration, parameters, machine, options);
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

std::vector<double>
Runs::walls(const std::vector<RunTimes>& profiled, std::uint64_t seed, std::uint32_t count) const {
    std::vector<double> slowest(count, 0.0);
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        const std::vector<double> walls = machines_[i].walls(profiled[i].wall, seed, count);
        for (std::uint32_t draw = 0; draw < count; ++draw) {
            slowest[draw] = std::max(slowest[draw], walls[draw]);
        }
    }
    return slowest;
}

}  // namespace advisor::model
