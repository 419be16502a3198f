#include "model/bound.hpp"

#include <doctest/doctest.h>

#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using building::Suite;
using doctest::Approx;

namespace {

Prediction predicted(
    const Workload& workload,
    const std::string& spec,
    const ModelParameters& parameters = free_runner(8),
    double cores = 8
) {
    PredictionOptions options;
    options.replications = 0;
    return predict(workload, configuration(spec), parameters, machine(cores), options);
}

std::vector<std::uint32_t> range(std::uint32_t begin, std::uint32_t end) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = begin; i < end; ++i) {
        all.push_back(i);
    }
    return all;
}

}  // namespace

TEST_CASE("equal tests are bound by the work, evenly spread, after the start") {
    // 1 s of boot and collection, 40 s over 4 workers, 0.5 s of finish in worker and controller.
    Suite suite;
    suite.tests("a.py", 40, demand(0.0, 1.0));
    suite.made.boot = demand(0.0, 0.5);
    suite.made.finish = demand(0.0, 0.5);
    const Prediction four = predicted(suite.workload(), "processes=4");
    CHECK(four.lower_bound.value() == Approx(0.5 + 0.5 + 10.0 + 0.5 + 0.5));
    CHECK(four.bound_by == Bound::work);
    CHECK(four.bound_subject.empty());
}

TEST_CASE("a long test binds, with the fixtures it needs, and is named") {
    Suite suite;
    suite.tests("a.py", 9, demand(0.0, 1.0));
    suite.test("b.py", demand(0.0, 30.0));
    suite.fixture("db", Scope::session, demand(0.0, 2.0), {9});
    const Prediction four = predicted(suite.workload(), "processes=4");
    CHECK(four.lower_bound.value() == Approx(32.0));
    CHECK(four.bound_by == Bound::longest_test);
    CHECK(four.bound_subject == "b.py::test_9");
}

TEST_CASE("where set-ups are most of what one test takes, the costliest fixture is named") {
    Suite suite;
    suite.tests("a.py", 9, demand(0.0, 1.0));
    suite.test("b.py", demand(0.0, 2.0));
    suite.fixture("db", Scope::session, demand(0.0, 5.0), {9});
    suite.fixture("cluster", Scope::module, demand(0.0, 20.0), {9});
    for (const char* spec : {"processes=4", "processes=4,dist=loadfile"}) {
        const Prediction four = predicted(suite.workload(), spec);
        CAPTURE(spec);
        CHECK(four.lower_bound.value() == Approx(27.0));
        CHECK(four.bound_by == Bound::fixtures);
        CHECK(four.bound_subject == "cluster");
    }
}

TEST_CASE("the longest file binds where files stay together") {
    // 12 s in a.py with a fixture of 3 s; 22 s of work and set-up for 4 workers.
    Suite suite;
    suite.tests("a.py", 12, demand(0.0, 1.0));
    suite.tests("b.py", 7, demand(0.0, 1.0));
    suite.fixture("tables", Scope::module, demand(0.0, 3.0), range(0, 12));
    const Prediction files = predicted(suite.workload(), "processes=4,dist=loadfile");
    CHECK(files.lower_bound.value() == Approx(15.0));
    CHECK(files.bound_by == Bound::longest_group);
    CHECK(files.bound_subject == "a.py");
    CHECK(predicted(suite.workload(), "processes=4,dist=load").bound_by != Bound::longest_group);
}

TEST_CASE("a marked group binds for loadgroup, planned and lanes, and not for load") {
    Suite suite;
    suite.tests("a.py", 10, demand(0.0, 1.0));
    suite.group("database", range(0, 8));
    for (const char* spec :
         {"processes=5,dist=loadgroup", "processes=5,dist=planned", "threads=5"}) {
        const Prediction bound = predicted(suite.workload(), spec);
        CAPTURE(spec);
        CHECK(bound.lower_bound.value() == Approx(8.0));
        CHECK(bound.bound_by == Bound::longest_group);
        CHECK(bound.bound_subject == "database");
    }
    CHECK(predicted(suite.workload(), "processes=5,dist=load").bound_by == Bound::work);
}

TEST_CASE("computing tests are bound by the capacity of the cores") {
    // 40 s on two hyper-threads that do 1.3 of a core.
    Suite suite;
    suite.tests("a.py", 40, demand(1.0));
    ModelParameters siblings;
    siblings.capacity = {{1, 1.0}, {2, 1.3}};
    const Prediction bound = predicted(suite.workload(), "processes=2", siblings, 2);
    CHECK(bound.lower_bound.value() == Approx(40.0 / 1.3));
    CHECK(bound.bound_by == Bound::cores);
}

TEST_CASE("threads that compute are bound by the GIL of each process") {
    Suite suite;
    suite.tests("a.py", 40, demand(1.0));
    const Prediction threads = predicted(suite.workload(), "threads=4");
    CHECK(threads.lower_bound.value() == Approx(40.0));
    CHECK(threads.bound_by == Bound::gil);
    CHECK(predicted(suite.workload(), "forked=2,threads=4").lower_bound.value() == Approx(20.0));
    suite.made.free_threaded = true;
    CHECK(predicted(suite.workload(), "threads=4").bound_by == Bound::work);
}

TEST_CASE("a fixture that several workers must set up binds and is named") {
    // 60 tests of 1 s, all need a fixture of 20 s; 4 workers. With k workers in time T:
    // k = ceil(60 / (T - 20)) and 60 + 20 k <= 4 T. k = 2: T >= 50 by the first, 25 by the
    // second; k = 3: T >= 40, 30; k = 4: T >= 35, 35. So 35 s, where the work alone says 20.
    Suite suite;
    suite.tests("a.py", 60, demand(0.0, 1.0));
    suite.fixture("cluster", Scope::session, demand(0.0, 20.0), range(0, 60));
    const Prediction bound = predicted(suite.workload(), "processes=4,dist=worksteal");
    CHECK(bound.lower_bound.value() == Approx(35.0));
    CHECK(bound.bound_by == Bound::fixtures);
    CHECK(bound.bound_subject == "cluster");
    CHECK(bound.wall.mid.value() == Approx(35.0));
}

TEST_CASE("tiny tests are bound by the controller") {
    // 1000 tests of 0.1 ms on 8 workers, 1 ms of the controller each.
    Suite suite;
    suite.tests("a.py", 1000, demand(0.0001));
    ModelParameters parameters = free_runner(8);
    parameters.controller_test_cpu = Seconds(0.001);
    const Prediction bound = predicted(suite.workload(), "processes=8", parameters);
    CHECK(bound.lower_bound.value() == Approx(1.0));
    CHECK(bound.bound_by == Bound::controller);
}

TEST_CASE("more workers never raise the lower bound") {
    // Of tests alone: starting more workers does take longer.
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Workload suite = building::random_suite(seed, 60);
        suite.boot = {};
        suite.collection = {};
        double last = 1e9;
        for (std::uint32_t workers = 1; workers <= 24; ++workers) {
            const double bound =
                predicted(suite, "processes=" + std::to_string(workers)).lower_bound.value();
            CAPTURE(seed);
            CAPTURE(workers);
            CHECK(bound <= last * (1.0 + 1e-9));
            last = bound;
        }
    }
}
