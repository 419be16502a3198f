#pragma once

// What `advisor calibrate` saw, before anything is concluded from it. The model's fit makes
// ModelParameters of it.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/spawn_cost.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace advisor {

/// `processes` computing at once did `units_per_s` of work together; samples of one round were
/// taken right after each other and are compared only among themselves.
struct CapacitySample {
    std::uint32_t round = 0;
    std::uint32_t processes = 1;
    double units_per_s = 0;
};

/// One sequential run of the empty tests.
struct SequentialRun {
    Seconds test_cpu;  ///< of each test, by the process that runs it
    Seconds exit_cpu;  ///< CPU after the session's end
};

/// One run of the empty tests with one worker of xdist.
struct WorkerRun {
    Seconds gateway_wall;         ///< session start until the gateway was up
    Seconds gateway_cpu;          ///< of that, by the controller
    Seconds boot_wall;            ///< gateway up until the worker was ready
    Seconds boot_cpu;             ///< CPU of the worker from its start until then
    Seconds worker_test_cpu;      ///< of each test, by the worker
    Seconds controller_test_cpu;  ///< of each test, by the controller
    Seconds exit_wall;            ///< last test done until the controller had ended
    Seconds exit_cpu;             ///< CPU after both sessions' ends, of worker and controller
};

/// One run of the empty tests on one forked worker.
struct ForkedRun {
    double tests = 1.0;
    Seconds parent_test_cpu;  ///< of each test, by the parent
    Seconds rest_cpu;         ///< CPU of the worker, and of the parent after its session's end
};

/// One sequential run of the empty tests, of which the recorder saw half.
struct RecordedHalf {
    Seconds start_cpu;                ///< of loading the recorder
    std::vector<Seconds> tests_with;  ///< wall of each test that it saw
    std::vector<Seconds> tests_without;
};

struct CalibrationMeasurement {
    Disturbance disturbance;                 ///< over all experiments
    std::vector<Seconds> interpreter_wall;   ///< of `python -c pass`
    std::vector<Seconds> gateway_child_cpu;  ///< of a worker's interpreter up to its handshake
    std::vector<CapacitySample> capacity;
    double cores = 1.0;              ///< that may be used
    std::optional<SpawnCost> spawn;  ///< for people; absent where it could not be measured
    std::optional<Error> no_spawn;   ///< why, if so
    std::vector<SequentialRun> sequential;
    std::vector<WorkerRun> with_worker;  ///< empty where xdist is not installed
    std::vector<ForkedRun> forked;       ///< empty where forked workers are refused
    std::vector<RecordedHalf> recorded;
};

}  // namespace advisor
