#include "advisor/model/predict.hpp"

#include <algorithm>

#include "model/bound.hpp"
#include "model/memory.hpp"
#include "model/ranges.hpp"
#include "model/replication.hpp"
#include "model/runs.hpp"

namespace advisor {

namespace {

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
    const model::Study study(workload, parameters, machine, options);
    const model::Runs runs(study, configuration, model::Detail::exact);
    const std::size_t slowest =
        configuration.shards > 1 ? model::Runs::slowest(runs.profiled()) : 0;
    const model::Scenario& scenario = runs[slowest].scenario();
    Simulation result;
    result.schedule.reserve(scenario.workload.tests.size());
    const model::RunTimes times = runs[slowest].run(&result.schedule);
    result.wall = Seconds(times.wall);
    result.tests_begin = Seconds(times.tests_begin);
    result.breakdown = breakdown_of(times, scenario.costs.nodes());
    return result;
}

Predictor::Predictor(
    const Workload& workload,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
)
    : study_(std::make_unique<model::Study>(workload, parameters, machine, options)) {}

Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Seconds Predictor::wall(const Configuration& configuration) const {
    const model::Runs runs(*study_, configuration, model::Detail::as_the_options_say);
    const std::vector<model::RunTimes> profiled = runs.profiled();
    return Seconds(profiled[model::Runs::slowest(profiled)].wall);
}

Prediction Predictor::predict(const Configuration& configuration) const {
    const PredictionOptions& options = study_->options;
    const Configuration in_sequence;
    const bool is_sequential = configuration == in_sequence;
    const model::Runs runs(*study_, configuration, model::Detail::as_the_options_say);
    const model::Runs sequential(*study_, in_sequence, model::Detail::as_the_options_say);

    const std::vector<model::RunTimes> profiled = runs.profiled();
    const std::size_t slowest = model::Runs::slowest(profiled);
    const model::RunTimes& times = profiled[slowest];
    std::vector<double> walls = runs.walls(profiled, options.replications);
    double alone = times.wall;
    std::vector<double> references = walls;
    if (!is_sequential) {
        const auto in_turn = sequential.profiled();
        alone = in_turn.front().wall;
        references = sequential.walls(in_turn, options.replications);
    }
    std::vector<double> speedups;
    for (std::uint32_t i = 0; i < options.replications; ++i) {
        speedups.push_back(walls[i] > 0.0 ? references[i] / walls[i] : 1.0);
        walls[i] *= model::machine_factor(options.seed, i);
    }
    // A sequential run has nothing in it of what was calibrated.
    const double error = is_sequential ? 0.0 : study_->parameters.relative_error;

    Prediction prediction;
    prediction.configuration = configuration;
    const model::RangeFactors factors =
        is_sequential ? model::RangeFactors{}
                      : model::range_factors(study_->parameters.scored, kind_of(configuration));
    const Interval<double> wall =
        model::stretched(model::interval_of(std::move(walls), times.wall, error), factors.wall);
    prediction.wall = {Seconds(wall.low), Seconds(wall.mid), Seconds(wall.high)};
    prediction.speedup = model::stretched(
        model::interval_of(std::move(speedups), times.wall > 0.0 ? alone / times.wall : 1.0, error),
        factors.speedup
    );
    prediction.range_calibrated = factors.calibrated;
    const model::Scenario& scenario = runs[slowest].scenario();
    const model::LowerBound bound = model::lower_bound_of(scenario, times.tests_begin);
    // The two are summed up in another order.
    prediction.lower_bound = Seconds(std::min(bound.seconds, times.wall));
    prediction.bound_by = bound.by;
    prediction.bound_subject = bound.subject;
    prediction.peak_memory = model::peak_memory_of(scenario.workload, scenario.costs);
    const Bytes memory = study_->machine.memory;
    prediction.fits_memory = memory == Bytes(0) || prediction.peak_memory <= memory;
    prediction.breakdown = breakdown_of(times, scenario.costs.nodes());
    return prediction;
}

Prediction predict(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
) {
    return Predictor(workload, parameters, machine, options).predict(configuration);
}

}  // namespace advisor
