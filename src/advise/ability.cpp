#include "advise/ability.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

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

Prediction judged(Prediction prediction, const Ability& ability, const Profile& profile) {
    Answer answer = answer_for(prediction.configuration, ability);
    if (answer.yes) {
        if (auto because = forbidden_by_recording(profile, prediction.configuration)) {
            answer = {false, std::move(*because)};
        }
    }
    prediction.can_run = answer.yes;
    prediction.cannot_run_because = answer.yes ? std::string() : answer.because;
    return prediction;
}

std::optional<std::string>
forbidden_by_recording(const Profile& profile, const Configuration& configuration) {
    if (std::holds_alternative<Forked>(configuration.runner) && !profile.run.unforkable.empty()) {
        return fmt::format("{}", fmt::join(profile.run.unforkable, "; "));
    }
    if (std::holds_alternative<Processes>(configuration.runner)
        && !collects_in_one_order(profile)) {
        return "its workers would collect the tests in different orders, and then it runs none";
    }
    return std::nullopt;
}

bool collects_in_one_order(const Profile& profile) {
    if (!profile.repeats || profile.repeats->orders <= 1) {
        return true;
    }
    // All workers of xdist shuffle alike, or read the same cache.
    constexpr std::array<std::string_view, 6> k_wanted{
        "--ff", "--failed-first", "--nf", "--new-first", "--random-order", "--random-order-bucket"};
    const auto wants = [&](const std::string& word) {
        return std::find(k_wanted.begin(), k_wanted.end(), word.substr(0, word.find('=')))
               != k_wanted.end();
    };
    const auto shuffles = [](const Package& plugin) { return plugin.name == "pytest-randomly"; };
    const auto& words = profile.run.command;
    const auto& plugins = profile.interpreter.plugins;
    return std::any_of(words.begin(), words.end(), wants)
           || std::any_of(plugins.begin(), plugins.end(), shuffles);
}

bool is_stock(const Configuration& configuration) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    return processes != nullptr && processes->dist != Distribution::planned
           && configuration.shards == 1 && configuration.runner_name.empty();
}

}  // namespace advisor
