// Runs of tests simulated as one, and runs that --maxfail ends.

#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using building::orders;
using building::Suite;
using building::usual_runner;
using doctest::Approx;

TEST_CASE("a coarse simulation is near the exact one for every kind of configuration") {
    // 4000 tests in files of five are few for runs; bench/predict says how near 100,000 come.
    const Workload suite = building::random_suite(12, 4000);
    const ModelParameters parameters = usual_runner(4);
    PredictionOptions options;
    options.most_exact_tests = 0;
    const Predictor coarse(suite, parameters, machine(4), options);
    for (const std::string& spec : building::all_kinds(4)) {
        const Configuration how = configuration(spec);
        CAPTURE(spec);
        CHECK(
            coarse.wall(how).value()
            == Approx(simulate(suite, how, parameters, machine(4), options).wall.value())
                   .epsilon(0.06)
        );
    }
}

TEST_CASE("a coarse breakdown sums to its wall") {
    const Workload suite = building::random_suite(13, 2000);
    const ModelParameters parameters = usual_runner(4);
    PredictionOptions options;
    options.most_exact_tests = 0;
    const Predictor coarse(suite, parameters, machine(4), options);
    for (const std::string& spec : building::all_kinds(3)) {
        const Prediction found = coarse.predict(configuration(spec));
        CAPTURE(spec);
        CHECK(building::sum(found.breakdown) == Approx(found.wall.mid.value()));
        CHECK(found.lower_bound <= found.wall.mid);
    }
}

TEST_CASE("a controller that cannot keep up decides the wall, coarse as exact") {
    // 5,000 tests of 0.1 ms on 4 workers, 1 ms of the controller for each: 5 s.
    Suite suite;
    suite.tests("a.py", 5000, demand(0.0, 0.0001));
    const Workload workload = suite.workload();
    ModelParameters parameters = free_runner(8);
    parameters.controller_test_cpu = Seconds(0.001);
    PredictionOptions options;
    options.most_exact_tests = 0;
    const Predictor coarse(workload, parameters, machine(8), options);
    const Configuration how = configuration("processes=4");
    CHECK(
        simulate(workload, how, parameters, machine(8), {}).wall.value()
        == Approx(5.0).epsilon(0.01)
    );
    CHECK(coarse.wall(how).value() == Approx(5.0).epsilon(0.01));
}

TEST_CASE("with -x nothing more is dealt, and workers finish what they hold") {
    // load on 2 workers gives 2 tests each of 8 at the start. Worker 0 fails in its first test and
    // ends; worker 1 has begun its first and runs its second before it sees the shutdown.
    Suite suite;
    suite.tests("a.py", 8, demand(0.0, 1.0));
    suite.made.tests[0].fails = true;
    const Workload workload = suite.workload();
    PredictionOptions stop;
    stop.maxfail = 1;
    const Simulation run =
        simulate(workload, configuration("processes=2"), free_runner(2), machine(2), stop);
    CHECK(orders(run, 2) == "0; 2 3");
    CHECK(run.wall.value() == Approx(2.0));
    CHECK(building::sum(run.breakdown) == Approx(2.0));
    stop.maxfail = 2;
    CHECK(
        simulate(workload, configuration("processes=2"), free_runner(2), machine(2), stop)
            .wall.value()
        == Approx(4.0)
    );
}

TEST_CASE("a sequential run with -x ends at its first failure") {
    Suite suite;
    suite.tests("a.py", 5, demand(1.0));
    suite.made.tests[1].fails = true;
    PredictionOptions stop;
    stop.maxfail = 1;
    for (const char* spec : {"sequential", "forked=1"}) {
        const Simulation run =
            simulate(suite.workload(), configuration(spec), free_runner(2), machine(2), stop);
        CHECK(orders(run, 1) == "0 1");
    }
}
