#pragma once

// What running pytest in parallel costs on one machine with one interpreter, apart from the suite:
// the constants that `advisor calibrate` measures and that `models/cost.json` ships as priors.

#include <advisor/base/units.hpp>
#include <advisor/domain/accuracy.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/spawn_cost.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// Capacity of the cores, in units of one undisturbed core, with `runnable` processes computing.
struct CapacityPoint {
    std::uint32_t runnable = 1;
    double capacity = 1.0;
    friend bool operator==(const CapacityPoint&, const CapacityPoint&) = default;
};

/// CPU of the recorder on the thread that runs tests, which is in every profile that it made.
struct RecorderCost {
    Seconds start_cpu;  ///< once: loading it
    Seconds test_cpu;   ///< for each test, hooks of pytest and their dispatch included
    friend bool operator==(const RecorderCost&, const RecorderCost&) = default;
};

struct ModelParameters {
    // pytest-xdist: start
    Seconds interpreter_start;  ///< `python -c pass`, wall
    Seconds gateway_wall;       ///< one worker's gateway, serial in the controller
    Seconds gateway_cpu;        ///< CPU of that, child and controller together
    Seconds worker_boot_wall;   ///< gateway up -> worker ready, for an empty suite, alone
    Seconds worker_boot_cpu;
    // pytest-xdist: while tests run
    Seconds worker_test_cpu;       ///< extra CPU in a worker for each test
    Seconds controller_test_cpu;   ///< CPU of the controller for each test
    Seconds controller_scope_cpu;  ///< further CPU for each test and collected test, scope family
    Seconds controller_id_cpu;     ///< CPU for each node id and worker at the collection barrier
    Seconds message_latency;       ///< one way, controller to worker
    // pytest-xdist: end
    Seconds worker_exit_wall;  ///< last test done -> workers gone and controller finished
    Seconds worker_exit_cpu;   ///< CPU of that for each worker
    // forked workers
    Seconds fork_wall;          ///< fork of a collected process, for each worker
    Seconds forked_test_cpu;    ///< extra CPU in a worker for each test
    Seconds forked_parent_cpu;  ///< CPU of the parent for each test: to tell what came of it
    // what a profile has and no other run
    RecorderCost recorder;
    // one machine
    Seconds gil_switch_interval{0.005};   ///< sys.getswitchinterval()
    std::vector<CapacityPoint> capacity;  ///< rising in `runnable`, starts at 1; never empty

    // how much to trust it
    Source source = Source::assumed;  ///< `measured` after a calibration
    double relative_error = 0.10;  ///< of the constants: scatter of what was repeated, at least 5 %
    std::string fingerprint;       ///< of machine, interpreter and package versions
    std::string measured_utc;
    bool disturbed = false;          ///< others used much of the machine meanwhile
    std::optional<SpawnCost> spawn;  ///< for people: the model has its costs above
    /// Suites whose runs tell how wide ranges must be. Shipped, so that no document holds them.
    std::vector<SuiteAccuracy> scored;

    friend bool operator==(const ModelParameters&, const ModelParameters&) = default;
};

/// mu(runnable): linear between the points; beyond the last one it stays as it is.
[[nodiscard]] double capacity_at(const ModelParameters& parameters, double runnable);

}  // namespace advisor
