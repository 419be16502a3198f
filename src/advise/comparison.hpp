#pragma once

// What an explanation speaks of: the recommended prediction beside the best of each other way.

#include <advisor/domain/advice.hpp>

#include <functional>
#include <vector>

#include "advise/ranking.hpp"
#include "advise/shares.hpp"

namespace advisor {

/// Predictions are pointers into the list the comparison was made of, which must outlive it; null
/// where there is none of that kind.
struct Comparison {
    const Prediction* recommended = nullptr;
    const Prediction* sequential = nullptr;
    const Prediction* stock = nullptr;     ///< best of an unmodified xdist
    const Prediction* threads = nullptr;   ///< best of threads alone
    const Prediction* forked = nullptr;    ///< best of forked workers
    const Prediction* parallel = nullptr;  ///< what parallel findings are about: the recommended,
                                           ///< or the best stock one where that is sequential
    Shares shares;
    Preferences preferences;
};

[[nodiscard]] Comparison compare(
    const std::vector<Prediction>& predictions,
    const std::string& recommended,
    const Shares& shares,
    const Preferences& preferences
);

/// True where it saves enough to be worth a sentence (the thresholds of the recommendation).
[[nodiscard]] bool gains(const Prediction& prediction, const Prediction& sequential);

}  // namespace advisor
