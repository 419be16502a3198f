// What surrounds the tests, followed with pencil and paper: start, collection, messages and end.
// Times in seconds, and nothing costs anything but what the case gives.

#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using building::orders;
using building::part;
using building::simulated;
using building::Suite;
using building::sum;
using doctest::Approx;

namespace {

/// Tests that sleep for so many seconds each, in one file.
Suite sleeping(const std::vector<double>& lengths) {
    Suite suite;
    for (const double length : lengths) {
        suite.test("a.py", demand(0.0, length));
    }
    return suite;
}

double wall(const Workload& workload, const std::string& spec, std::uint32_t cores = 8) {
    return simulated(workload, spec, cores).wall.value();
}

}  // namespace

TEST_CASE("workers are started one after the other and wait for the last collection") {
    // The controller boots for 1 s. Gateways of 0.1 s end at 1.1, 1.2, 1.3; the last worker has
    // booted (0.5 s at least, the suite's 1 s here) at 2.3 and collected (0.25 s) at 2.55.
    Suite suite = sleeping({1, 1, 1});
    suite.made.boot = demand(0.0, 1.0);
    suite.made.collection = demand(0.0, 0.25);
    ModelParameters parameters = free_runner(4);
    parameters.gateway_wall = Seconds(0.1);
    parameters.worker_boot_wall = Seconds(0.5);
    const Simulation run =
        simulate(suite.workload(), configuration("processes=3"), parameters, machine(4), {});
    CHECK(part(run.breakdown, "start") == Approx(2.3));
    CHECK(part(run.breakdown, "collection") == Approx(0.25));
    CHECK(run.tests_begin.value() == Approx(2.55));
    CHECK(run.wall.value() == Approx(3.55));
    for (const ScheduledTest& test : run.schedule) {
        CHECK(test.begin >= run.tests_begin);
    }
}

TEST_CASE("workers that boot on too few cores slow each other") {
    // Four boots of 1 s on one core, all started at once.
    Suite suite = sleeping({1});
    ModelParameters parameters = free_runner(1);
    parameters.worker_boot_wall = Seconds(1.0);
    parameters.worker_boot_cpu = Seconds(1.0);
    const Simulation run =
        simulate(suite.workload(), configuration("processes=4"), parameters, machine(1), {});
    CHECK(part(run.breakdown, "start") == Approx(4.0));
}

TEST_CASE("a worker does not boot the interpreter a second time") {
    // 1 s of suite boot, of which 0.2 s start the interpreter: that is in the gateway's 0.3 s.
    Suite suite = sleeping({1});
    suite.made.boot = demand(1.0);
    ModelParameters parameters = free_runner(4);
    parameters.interpreter_start = Seconds(0.2);
    parameters.gateway_wall = Seconds(0.3);
    parameters.gateway_cpu = Seconds(0.3);
    const Simulation run =
        simulate(suite.workload(), configuration("processes=1"), parameters, machine(4), {});
    CHECK(run.tests_begin.value() == Approx(1.0 + 0.3 + 0.8));
}

TEST_CASE("a worker with one test waits for a message before it starts it") {
    // One worker, 5 tests of 1 s, L = 0.25 s each way. The barrier is at L (the collection's
    // message). Two tests arrive at 2 L; whenever one ends, the other waits for its successor:
    // 2 L before each of the 4 others. The last report arrives L after the last test.
    ModelParameters parameters = free_runner(2);
    parameters.message_latency = Seconds(0.25);
    const Simulation run = simulate(
        sleeping({1, 1, 1, 1, 1}).workload(),
        configuration("processes=1"),
        parameters,
        machine(2),
        {}
    );
    CHECK(run.tests_begin.value() == Approx(0.25));
    CHECK(part(run.breakdown, "controller") == Approx(0.25 + 4 * 0.5));
    CHECK(part(run.breakdown, "finish") == Approx(0.25));
    CHECK(run.wall.value() == Approx(0.25 + 2.25 + 5.0 + 0.25));
}

TEST_CASE("the controller handles one test after the other") {
    // 20 tests of nothing on 4 workers, 1 s of controller for each: nothing else counts.
    Suite suite;
    suite.tests("a.py", 20, demand(0.0, 0.0));
    ModelParameters parameters = free_runner(8);
    parameters.controller_test_cpu = Seconds(1.0);
    const Workload workload = suite.workload();
    const Simulation run =
        simulate(workload, configuration("processes=4"), parameters, machine(8), {});
    CHECK(run.wall.value() == Approx(20.0));
    // The scope family pays for each collected test again: 20 (1 + 20 / 10) s.
    parameters.controller_scope_cpu = Seconds(0.1);
    CHECK(
        simulate(workload, configuration("processes=4,dist=loadfile"), parameters, machine(8), {})
            .wall.value()
        == Approx(60.0)
    );
}

TEST_CASE("each worker's node ids take the controller their time at the barrier") {
    // 3 workers, 4 ids, 0.5 s each.
    ModelParameters parameters = free_runner(8);
    parameters.controller_id_cpu = Seconds(0.5);
    const Simulation run = simulate(
        sleeping({1, 1, 1, 1}).workload(), configuration("processes=3"), parameters, machine(8), {}
    );
    CHECK(run.tests_begin.value() == Approx(6.0));
}

TEST_CASE("an xdist worker computes for the runner at each test") {
    ModelParameters parameters = free_runner(8);
    parameters.worker_test_cpu = Seconds(0.5);
    const Simulation run = simulate(
        sleeping({1, 1, 1, 1}).workload(), configuration("processes=2"), parameters, machine(8), {}
    );
    CHECK(run.wall.value() == Approx(3.0));
    CHECK(part(run.breakdown, "tests") == Approx(2.0));
    CHECK(part(run.breakdown, "controller") == Approx(1.0));
}

TEST_CASE("workers and controller together leave as calibrated, a longer finish counts in full") {
    Suite suite = sleeping({1, 1});
    ModelParameters parameters = free_runner(4);
    parameters.worker_exit_wall = Seconds(0.5);
    parameters.worker_exit_cpu = Seconds(0.2);
    const auto finish = [&] {
        return part(
            simulate(suite.workload(), configuration("processes=2"), parameters, machine(4), {})
                .breakdown,
            "finish"
        );
    };
    CHECK(finish() == Approx(0.5));
    // A finish of 2 s in the workers, and then again in the controller.
    suite.made.finish = demand(2.0);
    CHECK(finish() == Approx(4.0));
    // What the imports of the tests take to be cleared away, the controller has not.
    suite.made.exit = demand(1.0);
    CHECK(finish() == Approx(5.0));
}

TEST_CASE("forked workers start from one collected process, each after its fork") {
    // 1 + 2 s, forks at 3.1 and 3.2; two tests each.
    Suite suite = sleeping({1, 1, 1, 1});
    suite.made.boot = demand(1.0);
    suite.made.collection = demand(2.0);
    ModelParameters parameters = free_runner(4);
    parameters.fork_wall = Seconds(0.1);
    const Simulation run =
        simulate(suite.workload(), configuration("forked=2"), parameters, machine(4), {});
    CHECK(run.tests_begin.value() == Approx(3.1));
    CHECK(orders(run, 2) == "0 1; 2 3");
    CHECK(run.wall.value() == Approx(5.2));
}

TEST_CASE("threads start at once, and sleep together") {
    Suite suite = sleeping({1, 1, 1, 1});
    suite.made.boot = demand(1.0);
    suite.made.collection = demand(2.0);
    CHECK(wall(suite.workload(), "threads=4") == Approx(4.0));
    CHECK(wall(suite.workload(), "threads=2") == Approx(5.0));
}

TEST_CASE("a suite without tests boots, collects and ends") {
    Suite suite;
    suite.made.boot = demand(1.0);
    suite.made.collection = demand(0.5);
    suite.made.finish = demand(0.25);
    for (const std::string& spec : building::all_kinds(3)) {
        const Simulation run = simulated(suite.workload(), spec, 4);
        CAPTURE(spec);
        CHECK(run.schedule.empty());
        CHECK(run.wall.value() >= 1.75);
        CHECK(sum(run.breakdown) == Approx(run.wall.value()));
    }
}
