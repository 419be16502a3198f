#include "advisor/advise/advise.hpp"

#include <advisor/model/learning.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <algorithm>
#include <utility>

#include "advise/ability.hpp"
#include "advise/comparison.hpp"
#include "advise/findings.hpp"
#include "advise/options.hpp"
#include "advise/ranking.hpp"
#include "advise/reason.hpp"
#include "advise/rework.hpp"
#include "advise/shares.hpp"

namespace advisor {

namespace {

bool contains(const std::vector<Configuration>& all, const Configuration& wanted) {
    return std::find(all.begin(), all.end(), wanted) != all.end();
}

std::vector<Prediction> predictions_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const Learning& learning,
    const AdviseOptions& options
) {
    const Workload workload = make_workload(profile, parameters.recorder);
    const Machine machine = machine_of(profile.host);
    const PredictionOptions how = prediction_options(profile.interpreter, options.seed);
    const Predictor predictor(workload, parameters, machine, how);
    std::vector<Prediction> predictions;
    for (const Configuration& configuration : candidates(profile, options)) {
        Prediction prediction = learning.applied(predictor.predict(configuration));
        predictions.push_back(judged(std::move(prediction), options.ability, profile));
        predictions.back().asked_for = contains(options.asked_for, configuration);
    }
    return predictions;
}

/// What tests share shows only when they do.
bool has_tried_threads(const Profile& profile, const std::vector<MeasuredRun>& measured) {
    return std::any_of(measured.begin(), measured.end(), [&](const MeasuredRun& run) {
        return uses_threads(run.configuration) && run.exit_code == profile.run.exit_code;
    });
}

}  // namespace

Advice
advise(const Profile& profile, const ModelParameters& parameters, const AdviseOptions& options) {
    const Preferences preferences{
        noise_of(profile.disturbance),
        machine_of(profile.host).memory,
        has_tried_threads(profile, options.measured)};
    Advice advice;
    advice.tests = profile.tests.size();
    advice.files = file_count(profile);
    advice.command = profile.run.command;
    advice.directory = profile.run.directory;
    advice.host = profile.host;
    advice.interpreter = profile.interpreter;
    advice.sequential_wall = profile.run.wall;
    advice.suite_failed = profile.run.exit_code.value_or(1) != 0;
    const Learning learning(options.measured);
    advice.learned_from = learning.runs();
    advice.predictions =
        ranked(predictions_of(profile, parameters, learning, options), preferences);
    advice.recommended = recommended(advice.predictions, preferences);
    advice.measured_with = {profile.host.rung, profile.missing};
    advice.parameters = parameters;
    advice.parameters.spawn.reset();  // no prediction rests on it

    const Comparison comparison =
        compare(advice.predictions, advice.recommended, shares_of(profile), preferences);
    advice.reason = reason_of(profile, comparison);
    const Rework rework = rework_of(
        profile, parameters, prediction_options(profile.interpreter, options.seed), comparison
    );
    advice.findings =
        findings_of(profile, parameters, advice.predictions, comparison, rework, options.ability);
    return advice;
}

}  // namespace advisor
