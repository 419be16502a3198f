#include "advise/comparison.hpp"

#include <advisor/advise/advise.hpp>

#include "advise/ability.hpp"

namespace advisor {

namespace {

/// The choice among those of one kind, by the rule that chooses among all.
template <typename Predicate>
const Prediction*
best(const std::vector<Prediction>& predictions, const Preferences& preferences, Predicate wanted) {
    std::vector<Prediction> kind;
    std::vector<const Prediction*> origins;
    for (const Prediction& prediction : predictions) {
        if (wanted(prediction.configuration)) {
            kind.push_back(prediction);
            origins.push_back(&prediction);
        }
    }
    const auto choice = choose(kind, preferences);
    return choice ? origins[*choice] : nullptr;
}

bool is_own(const Configuration& configuration) {
    return configuration.shards == 1 && configuration.runner_name.empty();
}

}  // namespace

Comparison compare(
    const std::vector<Prediction>& predictions,
    const std::string& recommended,
    const Shares& shares,
    const Preferences& preferences
) {
    Comparison comparison;
    comparison.recommended = &prediction_of(predictions, recommended);
    comparison.sequential = &prediction_of(predictions, spec(Configuration{}));
    comparison.stock = best(predictions, preferences, is_stock);
    comparison.threads = best(predictions, preferences, [](const Configuration& configuration) {
        return std::holds_alternative<Threads>(configuration.runner) && is_own(configuration);
    });
    comparison.forked = best(predictions, preferences, [](const Configuration& configuration) {
        return std::holds_alternative<Forked>(configuration.runner) && is_own(configuration);
    });
    comparison.parallel =
        comparison.recommended == comparison.sequential ? comparison.stock : comparison.recommended;
    comparison.shares = shares;
    comparison.preferences = preferences;
    return comparison;
}

bool gains(const Prediction& prediction, const Prediction& sequential) {
    const Seconds saving = sequential.wall.mid - prediction.wall.mid;
    return saving >= sequential.wall.mid * k_least_gain && saving >= k_least_saving;
}

}  // namespace advisor
