#pragma once

// Predicted wall time, memory, lower bound and loss breakdown of one configuration.
//
// An event simulation of the runner's real scheduling policy over the workload's demands. Cores
// are shared by the product form on the measured capacity curve, each interpreter's GIL is a
// round-robin station, fixtures are set up by the maximal-run rule, workers start one after
// another and all wait for the last collection (see ../shared formulas cited in the .cpp files).

#include <advisor/base/result.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace advisor {

/// What of xdist's behaviour depends on its version; parsed from "3.8.0".
struct XdistVersion {
    std::uint32_t major = 3;
    std::uint32_t minor = 8;
    std::uint32_t patch = 0;
    friend constexpr auto operator<=>(const XdistVersion&, const XdistVersion&) = default;
};

[[nodiscard]] Result<XdistVersion> parse_xdist_version(const std::string& text);

/// The machine as the model sees it.
struct Machine {
    double cores = 1.0;  ///< usable: affinity and quota
    Bytes memory;        ///< usable
};

[[nodiscard]] Machine machine_of(const Host& host);

struct PredictionOptions {
    std::uint64_t seed = 1;
    std::uint32_t replications = 20;  ///< runs with perturbed durations, for low and high
    XdistVersion xdist;
};

/// Start and end of a test on a worker or lane, for traces.
struct ScheduledTest {
    TestIndex test;
    std::uint32_t worker = 0;
    Seconds begin;  ///< from the launch of the run
    Seconds end;
};

/// One deterministic simulation with the profiled durations.
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

/// Everything of a Prediction but rank, tie, whether it can run and the command.
[[nodiscard]] Prediction predict(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
);

}  // namespace advisor
