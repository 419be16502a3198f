#include "model/ranges.hpp"

#include <advisor/base/random.hpp>
#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "model/build.hpp"

using namespace advisor;
using model::conformal_quantile;
using model::range_factors;

namespace {

/// `count` suites with the same scores.
std::vector<SuiteAccuracy> scored(std::size_t count, double score, const std::string& kind) {
    std::vector<SuiteAccuracy> suites(count);
    for (SuiteAccuracy& suite : suites) {
        suite.ranges = {{kind, {score, score}, {score / 2}}};
    }
    return suites;
}

}  // namespace

TEST_CASE("nine suites are needed for nine runs in ten, and then the worst one decides") {
    std::vector<std::vector<double>> suites(8, {1.0, 2.0});
    CHECK_FALSE(conformal_quantile(suites, 0.9));
    suites.push_back({0.5, 7.0});
    CHECK(conformal_quantile(suites, 0.9) == 7.0);
    suites.resize(19, {1.0});  // weighs a twentieth each; 18 of these lie up to 2
    CHECK(conformal_quantile(suites, 0.9) == 2.0);
    CHECK_FALSE(conformal_quantile({}, 0.9));
}

TEST_CASE("a suite with many configurations has no more weight than one with a single one") {
    std::vector<std::vector<double>> suites(19, {1.0});
    suites[0] = std::vector<double>(1000, 9.0);
    CHECK(conformal_quantile(suites, 0.9) == 1.0);
}

TEST_CASE("a new suite's scores lie below the quantile as often as is promised") {
    Random random(7);
    const auto suite = [&] {
        const double center = std::exp(random.normal());  // suites differ, their runs less so
        std::vector<double> scores(1 + random.below(5));
        for (double& score : scores) {
            score = center * std::exp(0.3 * random.normal());
        }
        return scores;
    };
    constexpr int k_trials = 4000;
    double below = 0.0;
    for (int i = 0; i < k_trials; ++i) {
        std::vector<std::vector<double>> suites(14);
        for (auto& each : suites) {
            each = suite();
        }
        const double limit = conformal_quantile(suites, 0.9).value();
        below += suite().front() <= limit ? 1.0 : 0.0;
    }
    // At least 0.9, and at most one suite's part more; less three standard errors.
    CHECK(below / k_trials > 0.9 - 0.015);
    CHECK(below / k_trials < 0.9 + 1.0 / 15 + 0.015);
}

TEST_CASE("a kind without enough suites has the widest ranges of the others, said to be so") {
    auto suites = scored(19, 3.0, "processes");
    CHECK(range_factors(suites, "processes").calibrated);
    CHECK(range_factors(suites, "processes").wall == 3.0);
    CHECK(range_factors(suites, "processes").speedup == 1.5);
    const model::RangeFactors other = range_factors(suites, "threads");
    CHECK_FALSE(other.calibrated);
    CHECK(other.wall == 3.0);
    suites.pop_back();
    CHECK_FALSE(range_factors(suites, "processes").calibrated);
    CHECK(range_factors(suites, "processes").wall == 1.0);
    CHECK(range_factors(suites, "threads").wall == 1.0);
    // Never narrower than the model's own where nothing was measured.
    CHECK(range_factors(scored(19, 0.5, "forked"), "threads").wall == 1.0);
    CHECK(range_factors(scored(19, 0.5, "forked"), "forked").wall == 0.5);
}

TEST_CASE("stretching keeps the middle and acts on logarithms") {
    const Interval<double> range = model::stretched({5.0, 10.0, 20.0}, 2.0);
    CHECK(range.low == doctest::Approx(2.5));
    CHECK(range.mid == 10.0);
    CHECK(range.high == doctest::Approx(40.0));
    const Interval<double> nothing{0.0, 1.0, 2.0};
    CHECK(model::stretched(nothing, 3.0) == nothing);
}

TEST_CASE("measured suites widen the ranges of parallel runs, and not of a sequential one") {
    building::Suite suite;
    suite.tests("a.py", 6, building::demand(1.0));
    const Workload workload = suite.workload();
    ModelParameters parameters = building::usual_runner(4);
    const auto predicted = [&](const char* spec) {
        return predict(
            workload, building::configuration(spec), parameters, building::machine(4), {}
        );
    };
    const Prediction narrow = predicted("processes=2,dist=load");
    const Prediction sequential = predicted("sequential");
    CHECK_FALSE(narrow.range_calibrated);
    parameters.scored = scored(19, 3.0, "processes");
    const Prediction wide = predicted("processes=2,dist=load");
    CHECK(wide.range_calibrated);
    CHECK(wide.wall.mid == narrow.wall.mid);
    CHECK(
        std::log(wide.wall.high / wide.wall.mid)
        == doctest::Approx(3 * std::log(narrow.wall.high / narrow.wall.mid))
    );
    CHECK(predicted("sequential") == sequential);
}
