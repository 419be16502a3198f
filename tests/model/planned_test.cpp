// Our own scheduler: longest first, fixtures kept together as far as it pays.

#include <doctest/doctest.h>

#include <set>

#include "model/build.hpp"
#include "model/planned_units.hpp"

using namespace advisor;
using building::demand;
using building::orders;
using building::simulated;
using building::Suite;
using doctest::Approx;

namespace {

Suite sleeping(const std::vector<double>& lengths) {
    Suite suite;
    for (const double length : lengths) {
        suite.test("a.py", demand(0.0, length));
    }
    return suite;
}

std::vector<std::uint32_t> range(std::uint32_t begin, std::uint32_t end) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = begin; i < end; ++i) {
        all.push_back(i);
    }
    return all;
}

}  // namespace

TEST_CASE("a long test at the end of the collection starts first") {
    // 8 tests of 1 s and one of 8 s last: 16 s of work, 8 s each.
    const Workload suite = sleeping({1, 1, 1, 1, 1, 1, 1, 1, 8}).workload();
    CHECK(
        simulated(suite, "processes=2,dist=planned", 2).wall.value() == Approx(8.0).epsilon(0.13)
    );
    CHECK(simulated(suite, "processes=2,dist=load", 2).wall.value() > 10.0);
}

TEST_CASE("tests of a costly module fixture stay together") {
    Suite suite;
    for (int file = 0; file < 4; ++file) {
        suite.tests("f" + std::to_string(file) + ".py", 4, demand(0.0, 0.1));
    }
    suite.fixture("tables", Scope::module, demand(0.0, 5.0), range(0, 16));
    // 4 modules of 5.4 s for 4 workers.
    const Simulation run = simulated(suite.workload(), "processes=4,dist=planned", 4);
    CHECK(run.wall.value() == Approx(5.4));
    CHECK(building::part(run.breakdown, "fixtures_repeated") == Approx(0.0));
}

TEST_CASE("a cheap fixture does not tie tests") {
    Suite suite = sleeping({4, 4, 4, 4});
    suite.fixture("cheap", Scope::module, demand(0.0, 0.0005), range(0, 4));
    CHECK(simulated(suite.workload(), "processes=4,dist=planned", 4).wall.value() < 4.1);
}

TEST_CASE("few workers open a session fixture that costs more than it spreads") {
    // 4 tests of 1 s need a fixture of 20 s, 40 others nothing: one worker takes the four (24 s),
    // the others share 40 s.
    Suite suite;
    suite.tests("a.py", 4, demand(0.0, 1.0));
    suite.tests("b.py", 40, demand(0.0, 1.0));
    suite.fixture("cluster", Scope::session, demand(0.0, 20.0), range(0, 4));
    const Simulation run = simulated(suite.workload(), "processes=3,dist=planned", 3);
    CHECK(run.wall.value() == Approx(24.0).epsilon(0.05));
    CHECK(building::part(run.breakdown, "fixtures_repeated") == Approx(0.0));
}

TEST_CASE("a family gets the fewest workers that keep up with the rest") {
    // W = 60 s of one family with a set-up of 2 s on 4 workers: T with 60 + 2 k <= 4 T and
    // k = ceil(60 / (T - 2)): k = 4 from T = 17 on.
    Suite suite;
    suite.tests("a.py", 60, demand(0.0, 1.0));
    suite.fixture("db", Scope::session, demand(0.0, 2.0), range(0, 60));
    const model::Plan plan = model::plan_units(suite.workload());
    REQUIRE(plan.families.size() == 1);
    CHECK(model::allotted(plan, 4) == std::vector<std::uint32_t>{4});
    CHECK(plan.families[0].setup_s == Approx(2.0));
    CHECK(plan.families[0].work_s == Approx(60.0));
}

TEST_CASE("a group is never divided") {
    Suite suite = sleeping({1, 1, 1, 1, 1, 1, 1, 1});
    suite.group("together", {1, 4, 6});
    const Simulation run = simulated(suite.workload(), "processes=4,dist=planned", 4);
    std::set<std::uint32_t> workers;
    for (const ScheduledTest& test : run.schedule) {
        if (test.test.value == 1 || test.test.value == 4 || test.test.value == 6) {
            workers.insert(test.worker);
        }
    }
    CHECK(workers.size() == 1);
}
