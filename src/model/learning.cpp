#include "advisor/model/learning.hpp"

#include <advisor/base/median.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/ranges.hpp"

namespace advisor {

namespace {

// Standard deviations of log(measured / predicted), by source.
constexpr double k_of_all = 0.06;
constexpr double k_of_kind = 0.05;
constexpr double k_of_doubling = 0.03;  ///< for each doubling of workers or lanes
constexpr double k_of_configuration = 0.04;
constexpr double k_of_run = 0.06;

// Noise is Student's t, so that one run on a busy machine teaches next to nothing (Lange, Little
// and Taylor, "Robust statistical modeling using the t distribution", 1989; 4 degrees of freedom
// are theirs). Where a configuration was run often enough, a run's noise is told from the others,
// so that several that agree are believed, however far they are from the prediction.
constexpr double k_degrees = 4.0;
constexpr std::size_t k_often = 3;
constexpr int k_rounds = 20;  ///< of weighing runs by what is left of them; 8 are enough mostly

constexpr double squared(double x) {
    return x * x;
}

/// What of a configuration decides how much one tells about another.
struct Place {
    std::string_view kind;
    double doublings = 0.0;
    std::string spec;
};

Place place_of(const Configuration& configuration) {
    return {
        kind_of(configuration),
        std::log2(std::max(1.0, static_cast<double>(parallelism(configuration)))),
        spec(configuration)};
}

double covariance(const Place& a, const Place& b) {
    return squared(k_of_all) + (a.kind == b.kind ? squared(k_of_kind) : 0.0)
           + squared(k_of_doubling) * a.doublings * b.doublings
           + (a.spec == b.spec ? squared(k_of_configuration) : 0.0);
}

/// By how much a range of nine runs in ten narrows, where its deviation does; a run's noise stays.
double narrowing(double before, double after) {
    const double noise = squared(k_of_run);
    return std::sqrt((std::max(0.0, after) + noise) / (before + noise));
}

Interval<double> times(const Interval<double>& range, double factor) {
    return {range.low * factor, range.mid * factor, range.high * factor};
}

}  // namespace

struct Learning::State {
    std::vector<Place> places;                ///< of the runs
    Eigen::LDLT<Eigen::MatrixXd> covariance;  ///< with their noise
    Eigen::VectorXd weights;                  ///< covariance^-1 deviations

    [[nodiscard]] Eigen::VectorXd with_runs(const Place& place) const {
        Eigen::VectorXd row(static_cast<Eigen::Index>(places.size()));
        for (Eigen::Index i = 0; i < row.size(); ++i) {
            row[i] = advisor::covariance(place, places[static_cast<std::size_t>(i)]);
        }
        return row;
    }
};

Learning::Learning(std::span<const MeasuredRun> runs) {
    auto state = std::make_unique<State>();
    std::vector<double> deviations;
    for (const MeasuredRun& run : runs) {
        if (run.predicted > Seconds(0) && run.wall > Seconds(0)) {
            state->places.push_back(place_of(run.configuration));
            deviations.push_back(std::log(run.wall / run.predicted));
        }
    }
    const auto count = static_cast<Eigen::Index>(deviations.size());
    const Eigen::Map<const Eigen::VectorXd> seen(deviations.data(), count);
    Eigen::MatrixXd between(count, count);
    for (Eigen::Index i = 0; i < count; ++i) {
        between.row(i) = state->with_runs(state->places[static_cast<std::size_t>(i)]);
    }
    std::map<std::string, std::vector<double>> like;  // deviations of a configuration's runs
    for (std::size_t i = 0; i < deviations.size(); ++i) {
        like[state->places[i].spec].push_back(deviations[i]);
    }
    Eigen::VectorXd noise = Eigen::VectorXd::Constant(count, squared(k_of_run));
    for (int round = 0; round < k_rounds && count > 0; ++round) {
        state->covariance.compute(between + Eigen::MatrixXd(noise.asDiagonal()));
        state->weights = state->covariance.solve(seen);
        for (Eigen::Index i = 0; i < count; ++i) {
            const auto& alike = like[state->places[static_cast<std::size_t>(i)].spec];
            const double left =
                alike.size() < k_often ? noise[i] * state->weights[i] : seen[i] - median(alike);
            noise[i] = (k_degrees * squared(k_of_run) + squared(left)) / (k_degrees + 1.0);
        }
    }
    state_ = std::move(state);
}

Learning::Learning(Learning&&) noexcept = default;
Learning& Learning::operator=(Learning&&) noexcept = default;
Learning::~Learning() = default;

std::size_t Learning::runs() const {
    return state_->places.size();
}

Prediction Learning::applied(Prediction prediction) const {
    if (runs() == 0) {
        return prediction;
    }
    const Place own = place_of(prediction.configuration);
    const Place alone = place_of(Configuration{});
    const Eigen::VectorXd row = state_->with_runs(own);
    const double deviation = row.dot(state_->weights);
    const double before = covariance(own, own);
    const double after = before - row.dot(state_->covariance.solve(row));

    prediction.learned = std::exp(deviation);
    const Interval<double> wall{
        prediction.wall.low.value(), prediction.wall.mid.value(), prediction.wall.high.value()};
    const Interval<double> learned =
        model::stretched(times(wall, prediction.learned), narrowing(before, after));
    prediction.wall = {Seconds(learned.low), Seconds(learned.mid), Seconds(learned.high)};
    for (auto& [part, time] : prediction.breakdown) {
        time = time * prediction.learned;
    }
    prediction.lower_bound = prediction.lower_bound * prediction.learned;

    if (own.spec != alone.spec) {
        const Eigen::VectorXd difference = state_->with_runs(alone) - row;
        const double apart = covariance(alone, alone) + before - 2.0 * covariance(alone, own);
        const double left = apart - difference.dot(state_->covariance.solve(difference));
        prediction.speedup = model::stretched(
            times(prediction.speedup, std::exp(difference.dot(state_->weights))),
            narrowing(apart, left)
        );
    }
    return prediction;
}

}  // namespace advisor
