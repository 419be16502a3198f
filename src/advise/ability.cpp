#include "advise/ability.hpp"

#include <fmt/format.h>

namespace advisor {

namespace {

struct Answer {
    bool yes = true;
    std::string because;
};

Answer answer_for(const Configuration& configuration, const Ability& ability) {
    if (configuration.shards > 1) {
        return {
            false,
            fmt::format(
                "it needs {} machines; `advisor plan --shards-out` writes what each of them runs",
                configuration.shards
            )};
    }
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        if (!ability.xdist) {
            return {false, ability.xdist_because};
        }
        if (processes->dist == Distribution::planned) {
            return {ability.planned, ability.planned_because};
        }
        return {};
    }
    if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        if (!ability.forked || forked->lanes == 1) {
            return {ability.forked, ability.forked_because};
        }
        return {ability.threads, ability.threads_because};
    }
    if (std::holds_alternative<Threads>(configuration.runner)) {
        return {ability.threads, ability.threads_because};
    }
    return {};
}

}  // namespace

Prediction judged(Prediction prediction, const Ability& ability) {
    const Answer answer = answer_for(prediction.configuration, ability);
    prediction.can_run = answer.yes;
    prediction.cannot_run_because = answer.yes ? std::string() : answer.because;
    return prediction;
}

bool is_stock(const Configuration& configuration) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    return processes != nullptr && processes->dist != Distribution::planned
           && configuration.shards == 1 && configuration.runner_name.empty();
}

}  // namespace advisor
