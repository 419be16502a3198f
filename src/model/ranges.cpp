#include "model/ranges.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>

namespace advisor::model {

namespace {

constexpr double k_share = 0.9;
constexpr std::size_t k_least_suites = 19;

std::vector<std::vector<double>> scores_of(
    const std::vector<SuiteAccuracy>& scored,
    std::string_view kind,
    std::vector<double> RangeScores::*which
) {
    std::vector<std::vector<double>> suites;
    for (const SuiteAccuracy& suite : scored) {
        for (const RangeScores& scores : suite.ranges) {
            if (scores.kind == kind && !(scores.*which).empty()) {
                suites.push_back(scores.*which);
            }
        }
    }
    return suites;
}

std::optional<RangeFactors>
factors_of(const std::vector<SuiteAccuracy>& scored, std::string_view kind) {
    const auto walls = scores_of(scored, kind, &RangeScores::wall);
    if (walls.size() < k_least_suites) {
        return std::nullopt;
    }
    const auto wall = conformal_quantile(walls, k_share);
    const auto speedup =
        conformal_quantile(scores_of(scored, kind, &RangeScores::speedup), k_share);
    return wall && speedup ? std::optional(RangeFactors{*wall, *speedup, true}) : std::nullopt;
}

}  // namespace

std::optional<double>
conformal_quantile(const std::vector<std::vector<double>>& suites, double share) {
    std::vector<std::pair<double, double>> weighted;
    const auto groups = static_cast<double>(suites.size());
    for (const std::vector<double>& scores : suites) {
        for (const double score : scores) {
            const double weight = 1.0 / ((groups + 1.0) * static_cast<double>(scores.size()));
            weighted.emplace_back(score, weight);
        }
    }
    std::sort(weighted.begin(), weighted.end());
    double below = 1e-12;  // of rounding
    for (const auto& [score, weight] : weighted) {
        below += weight;
        if (below >= share) {
            return score;
        }
    }
    return std::nullopt;
}

RangeFactors range_factors(const std::vector<SuiteAccuracy>& scored, std::string_view kind) {
    if (const auto own = factors_of(scored, kind)) {
        return *own;
    }
    std::set<std::string> kinds;
    for (const SuiteAccuracy& suite : scored) {
        for (const RangeScores& scores : suite.ranges) {
            kinds.insert(scores.kind);
        }
    }
    RangeFactors widest;
    for (const std::string& other : kinds) {
        if (const auto factors = factors_of(scored, other)) {
            widest.wall = std::max(widest.wall, factors->wall);
            widest.speedup = std::max(widest.speedup, factors->speedup);
        }
    }
    return widest;
}

Interval<double> stretched(const Interval<double>& range, double factor) {
    if (!(range.low > 0.0) || !(range.mid > 0.0)) {
        return range;
    }
    return {
        range.mid * std::pow(range.low / range.mid, factor),
        range.mid,
        range.mid * std::pow(range.high / range.mid, factor)};
}

}  // namespace advisor::model
