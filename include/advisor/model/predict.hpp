#pragma once

// Predicted wall time, memory, lower bound and loss breakdown of one configuration.
//
// An event simulation of the runner's real scheduling policy over the workload's demands. Cores
// are shared by the product form on the measured capacity curve, each interpreter's GIL is a
// round-robin station, fixtures are set up by the maximal-run rule, workers start one after
// another and all wait for the last collection. The sources of the formulas stand above them in
// the room's .cpp files. Pure: equal arguments give equal bytes.
//
// Not modelled: crashes and restarts, locks and services that tests share, caches that
// one worker warms for another, and tests that a runner of threads must run alone at the end.
//
// The parts of a breakdown, in order, are averages over the workers and sum to the wall time:
//   start              launch until the last worker has booted
//   collection         from then until the first test can begin
//   tests              the tests and one instance of each fixture, evenly spread
//   fixtures_repeated  further instances of fixtures: once more for each worker or visit
//   cores              tests stretched because computing processes outnumber the cores
//   gil                tests stretched because threads share a GIL
//   controller         waiting for the runner's messages, and its own work for each test
//   imbalance          workers that have nothing left while others still run
//   finish             session finish and exit

#include <advisor/base/result.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace advisor {

namespace model {
class Study;
}

/// What of xdist's behaviour depends on its version; parsed from "3.8.0".
struct XdistVersion {
    std::uint32_t major = 3;
    std::uint32_t minor = 8;
    std::uint32_t patch = 0;
    friend constexpr auto operator<=>(const XdistVersion&, const XdistVersion&) = default;
};

/// Accepts 3.x, suffixes such as ".dev1" included. Any other major is refused: how it distributes
/// is not known, and a guess would look like a prediction.
[[nodiscard]] Result<XdistVersion> parse_xdist_version(const std::string& text);

/// The machine as the model sees it. A calibrated capacity curve stays flat beyond its last
/// point, so parameters for a machine with more cores need a curve that reaches as far.
struct Machine {
    double cores = 1.0;  ///< usable: affinity and quota
    Bytes memory;        ///< usable; zero: unknown, everything fits
};

[[nodiscard]] Machine machine_of(const Host& host);

struct PredictionOptions {
    std::uint64_t seed = 1;
    std::uint32_t replications = 20;  ///< runs with perturbed durations, for low and high
    XdistVersion xdist;
    /// --maxfail, 1 for -x; 0: never. The run stops as xdist 3.6 and later stop: nothing more is
    /// dealt, and workers finish what they hold. Earlier versions kill their workers at once.
    std::uint32_t maxfail = 0;
    /// Suites of more tests are simulated in runs of tests (Predictor; never simulate()), where
    /// that is known to be near enough: bench/predict shows how far such walls are from the exact
    /// ones.
    std::uint32_t most_exact_tests = 20'000;
};

/// Start and end of a test on a worker or lane, for traces.
struct ScheduledTest {
    TestIndex test;
    std::uint32_t worker = 0;
    Seconds begin;  ///< from the launch of the run
    Seconds end;
};

/// One deterministic simulation with the profiled durations; of shards, the slowest machine.
struct Simulation {
    Seconds wall;
    Seconds tests_begin;  ///< the barrier: no test starts earlier
    Breakdown breakdown;  ///< sums to wall
    std::vector<ScheduledTest> schedule;
};

[[nodiscard]] Simulation simulate(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
);

/// Predictions of many configurations of one suite: what they share is made once. Keeps references
/// to the workload and the parameters.
///
/// Of a suite of more than `most_exact_tests` the tests that a worker runs between two decisions of
/// the runner's policy are simulated as one: faster by an order of magnitude, and within 0.5 % of
/// the exact wall for 100,000 tests (measured). Where single tests or fixtures decide, as grain.hpp
/// tells, every test is simulated after all.
class Predictor {
public:
    Predictor(
        const Workload& workload,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    );
    Predictor(const Predictor&) = delete;
    Predictor& operator=(const Predictor&) = delete;
    Predictor(Predictor&&) noexcept;
    Predictor& operator=(Predictor&&) noexcept;
    ~Predictor();

    /// As the function of this name below.
    [[nodiscard]] Prediction predict(const Configuration& configuration) const;
    /// `wall.mid` of it, alone.
    [[nodiscard]] Seconds wall(const Configuration& configuration) const;

private:
    std::unique_ptr<model::Study> study_;
};

/// Everything of a Prediction but rank, tie, whether it can run and the command.
///
/// `wall.mid` is the deterministic simulation. `low` and `high` are the 5 % and 95 % points of
/// replications whose durations are perturbed by draws that depend on the seed and the test alone
/// (configurations stay comparable), widened by the parameters' own error. `speedup` is taken
/// within each replication, where the speed of the machine cancels. Both ranges are then stretched
/// to what the measured suites of the parameters say, where these are enough; a sequential run's
/// are not, since nothing in it is the model's.
/// Shards are dealt by file; each machine boots and collects the whole suite, and the slowest
/// decides.
[[nodiscard]] Prediction predict(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
);

}  // namespace advisor
