#include "model/compression.hpp"

#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include <algorithm>

#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::machine;
using building::Suite;
using building::usual_runner;
using doctest::Approx;

namespace {

double whole(const Workload& workload) {
    double sum = 0.0;
    for (const WorkTest& test : workload.tests) {
        sum += test.demand.alone().value();
    }
    return sum;
}

}  // namespace

TEST_CASE("neighbours are merged up to an even part of the time, and longer tests stay alone") {
    // 12 s in 4 pieces of at most 3 s, at most 2 * 10 / 4 = 5 tests each.
    Suite suite;
    suite.tests("a.py", 4, demand(1.0));
    suite.test("a.py", demand(4.0));
    suite.tests("a.py", 4, demand(1.0));
    suite.test("b.py", demand(0.0));
    const Workload workload = suite.workload();
    const model::FixturePlan plan(workload);
    const auto small = model::compressed(plan, 4, {});
    CHECK(small.piece_of == std::vector<std::uint32_t>{0, 0, 0, 1, 2, 3, 3, 3, 4, 5});
    CHECK(whole(small.workload) == Approx(12.0));
    CHECK(small.workload.collected == 10);
}

TEST_CASE("what differs in file, group or fixtures is not merged") {
    Suite suite;
    suite.tests("a.py", 4, demand(0.001));
    suite.test("b.py", demand(10.0));
    suite.group("g", {1});
    suite.fixture("db", Scope::session, demand(1.0), {3});
    const Workload workload = suite.workload();
    const model::FixturePlan plan(workload);
    CHECK(model::compressed(plan, 1, {}).piece_of == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
}

TEST_CASE("a piece holds the runner's work of all its tests but one") {
    Suite suite;
    suite.tests("a.py", 3, demand(1.0));
    const Workload workload = suite.workload();
    const model::FixturePlan plan(workload);
    const auto small = model::compressed(plan, 1, demand(0.25));
    REQUIRE(small.workload.tests.size() == 2);  // at most 6 tests, but 3.25 s are more than 3
    CHECK(small.workload.tests[0].demand.alone().value() == Approx(2.25));
}

TEST_CASE("a piece's factor is the mean of its tests', weighted with their lengths") {
    Suite suite;
    suite.test("a.py", demand(1.0));
    suite.test("a.py", demand(3.0));
    suite.test("b.py", demand(0.0));
    const model::Perturbation draws{{2.0, 1.0, 7.0}, {1.5}};
    const auto merged = model::compressed(draws, suite.workload(), {0, 0, 1});
    CHECK(merged.tests == std::vector<double>{1.25, 1.0});
    CHECK(merged.fixtures == draws.fixtures);
}

TEST_CASE("a compressed run takes about as long as the whole") {
    const Workload workload = building::random_suite(11, 3000);
    const model::FixturePlan plan(workload);
    const auto small = model::compressed(plan, 1000, demand(0.0003));
    CHECK(small.workload.tests.size() < 2200);
    for (const char* spec : {"processes=4,dist=worksteal", "processes=4,dist=loadfile"}) {
        const auto wall = [&](const Workload& of) {
            return simulate(of, configuration(spec), usual_runner(4), machine(4), {}).wall.value();
        };
        // Some fixtures are set up more or less often, and the controller has fewer messages.
        CAPTURE(spec);
        CHECK(wall(small.workload) == Approx(wall(workload)).epsilon(0.05));
    }
}

TEST_CASE("the interval of a large suite is that of its exact replications") {
    // Above 1000 tests the replications run compressed.
    const Workload workload = building::random_suite(12, 2500);
    const ModelParameters parameters = [] {
        ModelParameters result = usual_runner(4);
        result.relative_error = 0.0;
        return result;
    }();
    const Prediction prediction =
        predict(workload, configuration("processes=4"), parameters, machine(4), {});
    CHECK(prediction.wall.low < prediction.wall.mid);
    CHECK(prediction.wall.mid < prediction.wall.high);
    // 2500 independent draws of 5 % and more average out; the machine's 2 % remains.
    CHECK(prediction.wall.high / prediction.wall.mid < 1.08);
    CHECK(prediction.wall.low / prediction.wall.mid > 0.92);
}
