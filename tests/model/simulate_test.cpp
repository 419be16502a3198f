// Runs that can be followed with pencil and paper: times in seconds, and nothing costs anything
// but what the case gives.

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

TEST_CASE("a sequential run is the sum of its parts") {
    Suite suite = sleeping({1.0, 2.0});
    suite.made.boot = demand(0.5, 0.25);
    suite.made.collection = demand(0.125);
    suite.made.finish = demand(0.0, 0.0625);
    suite.fixture("db", Scope::session, demand(0.0, 4.0), {0, 1});
    const Simulation run = simulated(suite.workload(), "sequential", 1);
    CHECK(run.wall.value() == Approx(0.75 + 0.125 + 3.0 + 4.0 + 0.0625));
    CHECK(run.tests_begin.value() == Approx(0.875));
    CHECK(part(run.breakdown, "start") == Approx(0.75));
    CHECK(part(run.breakdown, "collection") == Approx(0.125));
    CHECK(part(run.breakdown, "tests") == Approx(7.0));
    CHECK(part(run.breakdown, "finish") == Approx(0.0625));
}

TEST_CASE("load deals two tests to each worker before it looks at their lengths") {
    // 4 tests, 2 workers: max(2, 4 / 2 / 4) = 2 each. 1 + 2 against 3 + 4.
    const Simulation run = simulated(sleeping({1, 2, 3, 4}).workload(), "processes=2", 2);
    CHECK(orders(run, 2) == "0 1; 2 3");
    CHECK(run.wall.value() == Approx(7.0));
    // Worker 0 is idle for 4 of 7 s: 2 on average.
    CHECK(part(run.breakdown, "imbalance") == Approx(2.0));
    CHECK(part(run.breakdown, "tests") == Approx(5.0));
}

TEST_CASE("with fewer tests than two for each worker they are dealt one by one") {
    const Simulation run = simulated(sleeping({1, 2, 3, 4, 5}).workload(), "processes=3", 3);
    CHECK(orders(run, 3) == "0 3; 1 4; 2");
    CHECK(run.wall.value() == Approx(7.0));
}

TEST_CASE("worksteal takes the later half of the longest queue") {
    // 8 tests, 2 workers, the first four of 1 s, the others of 3 s. At 3 s worker 0 has one test
    // left; worker 1 has 3 left (its second one has just begun): half is 1, its last one.
    // Worker 0: 4 + 3 = 7 s; worker 1: 9 s.
    const Simulation run =
        simulated(sleeping({1, 1, 1, 1, 3, 3, 3, 3}).workload(), "processes=2,dist=worksteal", 2);
    CHECK(orders(run, 2) == "0 1 2 3 7; 4 5 6");
    CHECK(run.wall.value() == Approx(9.0));
}

TEST_CASE("loadfile keeps a file together and starts with the one that has most tests") {
    Suite suite;
    suite.test("a.py", demand(0.0, 9.0));
    suite.tests("b.py", 3, demand(0.0, 1.0));
    suite.tests("c.py", 2, demand(0.0, 1.0));
    // b, c first; each worker has two units from the start if there are any, so a waits behind c,
    // where two tests or fewer are left: 2 + 9 s.
    const Simulation run = simulated(suite.workload(), "processes=2,dist=loadfile", 2);
    CHECK(orders(run, 2) == "1 2 3; 4 5 0");
    CHECK(run.wall.value() == Approx(11.0));
    // In collection order a comes first, and c follows it: 9 + 2 s, b on the other.
    const Configuration in_order{Processes{2, Distribution::loadfile, {}, false}, 1, {}};
    const Simulation kept = simulate(suite.workload(), in_order, free_runner(2), machine(2), {});
    CHECK(orders(kept, 2) == "0 4 5; 1 2 3");
}

TEST_CASE("workers beyond the number of files end at once") {
    Suite suite;
    suite.tests("a.py", 2, demand(0.0, 1.0));
    suite.tests("b.py", 2, demand(0.0, 1.0));
    const Simulation run = simulated(suite.workload(), "processes=4,dist=loadfile", 4);
    CHECK(orders(run, 4) == "0 1; 2 3; ; ");
    CHECK(run.wall.value() == Approx(2.0));
    CHECK(part(run.breakdown, "imbalance") == Approx(1.0));
}

TEST_CASE("tests that compute on too few cores are stretched") {
    Suite suite;
    suite.tests("a.py", 4, demand(1.0));
    const Simulation run = simulated(suite.workload(), "processes=4,dist=load", 1);
    CHECK(run.wall.value() == Approx(4.0));
    CHECK(part(run.breakdown, "tests") == Approx(1.0));
    CHECK(part(run.breakdown, "cores") == Approx(3.0));
}

TEST_CASE("each worker pays for a session fixture") {
    Suite suite = sleeping({1, 1, 1, 1});
    suite.fixture("db", Scope::session, demand(0.0, 3.0), {0, 1, 2, 3});
    const Simulation run = simulated(suite.workload(), "processes=2", 2);
    CHECK(run.wall.value() == Approx(5.0));
    CHECK(part(run.breakdown, "tests") == Approx((4.0 + 3.0) / 2));
    CHECK(part(run.breakdown, "fixtures_repeated") == Approx(3.0 / 2));
}

TEST_CASE("threads compute one after the other, but not without a GIL") {
    Suite suite;
    suite.tests("a.py", 2, demand(1.0));
    const Simulation run = simulated(suite.workload(), "threads=2", 4);
    CHECK(run.wall.value() == Approx(2.0).epsilon(0.01));
    CHECK(part(run.breakdown, "gil") == Approx(1.0).epsilon(0.01));
    CHECK(part(run.breakdown, "cores") == Approx(0.0));
    suite.made.free_threaded = true;
    CHECK(wall(suite.workload(), "threads=2") == Approx(1.0));
    // Two processes have two GILs.
    suite.made.free_threaded = false;
    CHECK(wall(suite.workload(), "forked=2") == Approx(1.0));
}

TEST_CASE("lanes pull one test at a time and know the next one") {
    // Lane 0 has 0 and pulls 2, lane 1 has 1 and pulls 3. At 1 s lane 0 pulls 4, the last one, and
    // starts 2; lane 1 starts 3 with nothing left. Lane 0 ends 2 at 4 s, then 4.
    const Simulation run = simulated(sleeping({1, 1, 3, 1, 1}).workload(), "threads=2", 2);
    CHECK(orders(run, 2) == "0 2 4; 1 3");
    CHECK(run.wall.value() == Approx(5.0));
}

TEST_CASE("what must run alone follows the lanes, with fixtures of its own") {
    // The lanes end 0 and 2 at 2 s; then 1 and 3 take 1 s each, behind a further set-up of 4 s.
    Suite suite = sleeping({2, 1, 2, 1});
    suite.made.tests[1].alone = suite.made.tests[3].alone = true;
    suite.made.finish = demand(0.5);
    const Simulation run = simulated(suite.workload(), "threads=2", 2);
    CHECK(orders(run, 3) == "0; 2; 1 3");
    CHECK(run.wall.value() == Approx(4.5));
    CHECK(part(run.breakdown, "imbalance") == Approx(1.0));  // one of two lanes for 2 s
    CHECK(sum(run.breakdown) == Approx(4.5));
    suite.fixture("db", Scope::session, demand(0.0, 4.0), {0, 1});
    const Simulation with = simulated(suite.workload(), "threads=2", 2);
    CHECK(with.wall.value() == Approx(12.5));
    CHECK(part(with.breakdown, "fixtures_repeated") == Approx(2.0));
    CHECK(sum(with.breakdown) == Approx(12.5));
    // Processes share nothing, and neither does a single lane.
    CHECK(wall(suite.workload(), "forked=2") < 12.0);
    CHECK(wall(suite.workload(), "threads=1") == Approx(10.5));
}

TEST_CASE("lanes without a test of theirs end at once") {
    Suite suite = sleeping({1, 2});
    suite.made.tests[0].alone = suite.made.tests[1].alone = true;
    CHECK(wall(suite.workload(), "threads=4") == Approx(3.0));
}

TEST_CASE("forked workers begin with neighbours, and an idle one steals") {
    // Worker 0 begins with 0 to 3, worker 1 with 4 to 7, of which it holds 4 and 5. At 3 s worker 0
    // has nothing that follows 3: it steals 7, the later half of 6 and 7, and at 4 s the 6 as well.
    const auto suite = sleeping({1, 1, 1, 1, 4.5, 4.5, 4.5, 4.5});
    const Simulation run = simulated(suite.workload(), "forked=2", 2);
    CHECK(orders(run, 2) == "0 1 2 3 7 6; 4 5");
    CHECK(run.wall.value() == Approx(13.0));
}

TEST_CASE("a group stays on one lane") {
    Suite suite = sleeping({1, 1, 1, 1});
    suite.group("together", {0, 2, 3});
    CHECK(orders(simulated(suite.workload(), "threads=2", 2), 2) == "0 2 3; 1");
}

TEST_CASE("shards are dealt by file, each machine starts for itself, the slowest decides") {
    // 5 s | 3 s, then 1 s to the second machine; each boots for 2 s.
    Suite suite;
    suite.test("a.py", demand(0.0, 3.0));
    suite.tests("b.py", 5, demand(0.0, 1.0));
    suite.test("c.py", demand(0.0, 1.0));
    suite.made.boot = demand(2.0);
    const Simulation run = simulated(suite.workload(), "shards=2,sequential", 1);
    CHECK(run.wall.value() == Approx(7.0));
    REQUIRE(run.schedule.size() == 5);
    CHECK(run.schedule.front().test == TestIndex{1});
    // More machines than files.
    CHECK(wall(suite.workload(), "shards=8,sequential") == Approx(7.0));
}
