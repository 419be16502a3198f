#include "advise/ranking.hpp"

#include <advisor/advise/advise.hpp>
#include <advisor/base/assert.hpp>

#include <algorithm>
#include <tuple>

namespace advisor {

namespace {

constexpr double k_least_tie = 0.03;
constexpr double k_most_noise = 0.10;
constexpr double k_memory_margin = 1.2;

/// Tests share one interpreter's state, or another tool's semantics hold: speed is not all.
bool has_hazard(const Configuration& configuration) {
    return uses_threads(configuration) || !configuration.runner_name.empty();
}

bool keeps_scopes(const Configuration& configuration) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    return processes == nullptr ? std::holds_alternative<Sequential>(configuration.runner)
                                : processes->dist == Distribution::loadscope
                                      || processes->dist == Distribution::loadfile
                                      || processes->dist == Distribution::loadgroup;
}

auto preference(const Prediction& prediction, const Preferences& preferences) {
    const Configuration& configuration = prediction.configuration;
    return std::tuple(
        has_hazard(configuration),
        !fits(prediction, preferences),
        configuration.shards * parallelism(configuration),
        !keeps_scopes(configuration),
        prediction.wall.high,
        spec(configuration)
    );
}

Seconds fastest(const std::vector<Prediction>& predictions) {
    Seconds least = predictions.front().wall.mid;
    for (const Prediction& prediction : predictions) {
        least = std::min(least, prediction.wall.mid);
    }
    return least;
}

Seconds tie_limit(const std::vector<Prediction>& predictions, const Preferences& preferences) {
    return fastest(predictions) * (1.0 + std::max(k_least_tie, preferences.noise));
}

}  // namespace

double noise_of(const Disturbance& disturbance) {
    const double others =
        disturbance.steal_fraction.value_or(0.0) + disturbance.foreign_fraction.value_or(0.0);
    return std::min(others, k_most_noise);
}

bool fits(const Prediction& prediction, const Preferences& preferences) {
    const double needed = k_memory_margin * static_cast<double>(prediction.peak_memory.value());
    return prediction.fits_memory
           && (preferences.memory == Bytes(0)
               || needed <= static_cast<double>(preferences.memory.value()));
}

std::optional<std::size_t>
choose(const std::vector<Prediction>& predictions, const Preferences& preferences) {
    if (predictions.empty()) {
        return std::nullopt;
    }
    const Seconds limit = tie_limit(predictions, preferences);
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        if (predictions[i].wall.mid > limit) {
            continue;
        }
        if (!best
            || preference(predictions[i], preferences)
                   < preference(predictions[*best], preferences)) {
            best = i;
        }
    }
    return best;
}

std::vector<Prediction>
ranked(std::vector<Prediction> predictions, const Preferences& preferences) {
    std::vector<Prediction> order;
    order.reserve(predictions.size());
    const Seconds tie = predictions.empty() ? Seconds(0) : tie_limit(predictions, preferences);
    while (const auto next = choose(predictions, preferences)) {
        order.push_back(std::move(predictions[*next]));
        predictions.erase(predictions.begin() + static_cast<std::ptrdiff_t>(*next));
        order.back().rank = static_cast<std::uint32_t>(order.size());
        order.back().tied_with_best = order.back().wall.mid <= tie;
    }
    return order;
}

bool may_be_recommended(
    const Prediction& prediction, const Prediction& sequential, const Preferences& preferences
) {
    if (prediction.configuration == sequential.configuration) {
        return true;
    }
    if (uses_threads(prediction.configuration) && !preferences.threads_tried) {
        return false;
    }
    const Seconds saving = sequential.wall.mid - prediction.wall.mid;
    return prediction.can_run && prediction.configuration.shards == 1
           && fits(prediction, preferences) && prediction.wall.high < sequential.wall.mid
           && prediction.speedup.low >= 1.0 && saving >= sequential.wall.mid * k_least_gain
           && saving >= k_least_saving;
}

std::string
recommended(const std::vector<Prediction>& predictions, const Preferences& preferences) {
    const Prediction& sequential = prediction_of(predictions, spec(Configuration{}));
    std::vector<Prediction> eligible;
    std::copy_if(
        predictions.begin(),
        predictions.end(),
        std::back_inserter(eligible),
        [&](const Prediction& prediction) {
            return may_be_recommended(prediction, sequential, preferences);
        }
    );
    const auto choice = choose(eligible, preferences);
    ADVISOR_ASSERT(choice.has_value(), "sequential can always be recommended");
    return spec(eligible[*choice].configuration);
}

const Prediction&
prediction_of(const std::vector<Prediction>& predictions, const std::string& wanted) {
    const auto found =
        std::find_if(predictions.begin(), predictions.end(), [&](const Prediction& prediction) {
            return spec(prediction.configuration) == wanted;
        });
    ADVISOR_ASSERT(found != predictions.end(), "every spec that is asked for was predicted");
    return *found;
}

}  // namespace advisor
