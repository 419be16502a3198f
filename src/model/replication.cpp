#include "model/replication.hpp"

#include <advisor/base/random.hpp>

#include <algorithm>
#include <cmath>

namespace advisor::model {

namespace {

// The spread of a duration from run to run on a quiet machine: 5 %, and half a millisecond for
// what the scheduler and the caches do. A prior, where the profile is of a single run.
constexpr double k_relative_spread = 0.05;
constexpr double k_absolute_spread_s = 0.0005;
constexpr double k_most_spread = 0.5;
/// Of whole runs on one machine: hosted runners show 2.7 % (CodSpeed, 100 runs per suite).
constexpr double k_machine_spread = 0.02;
constexpr double k_low = 0.05;
constexpr double k_high = 0.95;

/// Streams of draws.
enum class Stream : std::uint64_t { test = 1, fixture = 2, machine = 3 };

double normal(std::uint64_t seed, std::uint32_t replication, Stream stream, std::uint32_t index) {
    const std::uint64_t mixed = (seed * 0x9e3779b97f4a7c15ULL)
                                ^ (static_cast<std::uint64_t>(stream) << 61U)
                                ^ (static_cast<std::uint64_t>(replication) << 32U) ^ index;
    return Random(mixed).normal();
}

/// Log-normal with mean 1.
double factor(double spread, double draw) {
    return std::exp(spread * draw - spread * spread / 2);
}

double spread_of(Seconds length) {
    const double absolute =
        length > Seconds(0) ? k_absolute_spread_s / length.value() : k_most_spread;
    return std::min(k_most_spread, std::hypot(k_relative_spread, absolute));
}

double spread_of(const WorkTest& test) {
    return test.spread ? std::clamp(*test.spread, 0.0, k_most_spread)
                       : spread_of(test.demand.alone());
}

/// The point below which a further draw falls with probability `share`: the k-th of n draws is
/// below the next one with k / (n + 1) (Weibull, 1939). Taking the draws for the whole distribution
/// instead, with (k - 1) / (n - 1), lets 18 % of runs fall outside of the 90 % that 20 draws span.
double quantile(const std::vector<double>& sorted, double share) {
    const double place = std::clamp(
        share * static_cast<double>(sorted.size() + 1) - 1.0,
        0.0,
        static_cast<double>(sorted.size() - 1)
    );
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Perturbation perturbed(const Workload& workload, std::uint64_t seed, std::uint32_t replication) {
    Perturbation result;
    result.tests.reserve(workload.tests.size());
    for (const WorkTest& test : workload.tests) {
        result.tests.push_back(
            factor(spread_of(test), normal(seed, replication, Stream::test, test.test.value))
        );
    }
    result.fixtures.reserve(workload.fixtures.size());
    for (std::uint32_t i = 0; i < workload.fixtures.size(); ++i) {
        const WorkFixture& fixture = workload.fixtures[i];
        result.fixtures.push_back(factor(
            spread_of(fixture.setup.alone() + fixture.teardown.alone()),
            normal(seed, replication, Stream::fixture, i)
        ));
    }
    return result;
}

double machine_factor(std::uint64_t seed, std::uint32_t replication) {
    return factor(k_machine_spread, normal(seed, replication, Stream::machine, 0));
}

Interval<double> interval_of(std::vector<double> draws, double mid, double error) {
    double below = 0.0;
    double above = 0.0;
    if (!draws.empty()) {
        std::sort(draws.begin(), draws.end());
        below = std::max(0.0, mid - quantile(draws, k_low));
        above = std::max(0.0, quantile(draws, k_high) - mid);
    }
    const double own = std::max(0.0, error) * mid;
    return {std::max(0.0, mid - std::hypot(below, own)), mid, mid + std::hypot(above, own)};
}

}  // namespace advisor::model
