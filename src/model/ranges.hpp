#pragma once

// Ranges that are as wide as measured suites say they must be.

#include <advisor/domain/accuracy.hpp>
#include <advisor/domain/advice.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace advisor::model {

/// The smallest value below which a score of a new suite falls with probability `share`, by split
/// conformal prediction for groups: each of n suites has the weight 1 / (n + 1), shared by its
/// scores, and the rest lies beyond all of them ("pooling CDFs": Dunn, Wasserman and Ramdas,
/// "Distribution-free prediction sets for two-layer hierarchical models", 2022). Suites are
/// exchangeable, configurations of one suite are not. Absent where n / (n + 1) < share: nine
/// suites are needed for nine runs in ten.
[[nodiscard]] std::optional<double>
conformal_quantile(const std::vector<std::vector<double>>& suites, double share);

struct RangeFactors {
    double wall = 1.0;     ///< on the logarithms of high / mid and mid / low
    double speedup = 1.0;  ///< likewise
    bool calibrated = false;
};

/// For nine runs in ten of a kind of runner, where 19 suites of that kind were measured: with 9 to
/// 18 the quantile is the worst suite's, and ranges were twice as wide as they need be. Else the
/// widest of another kind, or 1 where there is none.
[[nodiscard]] RangeFactors
range_factors(const std::vector<SuiteAccuracy>& scored, std::string_view kind);

/// low, mid and high are positive, or the range stays as it is.
[[nodiscard]] Interval<double> stretched(const Interval<double>& range, double factor);

}  // namespace advisor::model
