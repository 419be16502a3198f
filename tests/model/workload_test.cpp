#include <advisor/model/workload.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace advisor;
using doctest::Approx;

namespace {

Cost cost(double wall, double user, double sys = 0.0) {
    Cost result;
    result.wall = Seconds(wall);
    result.cpu_user = Seconds(user);
    result.cpu_sys = Seconds(sys);
    result.core_wait = {Seconds(0), Source::measured};
    return result;
}

TestCost test(const std::string& id, const Cost& call) {
    TestCost result;
    result.id = id;
    result.module_length = static_cast<std::uint32_t>(id.find("::"));
    result.outcome = TestOutcome::passed;
    result.call = call;
    return result;
}

Profile profile_of(const std::vector<TestCost>& tests) {
    Profile profile;
    profile.host.rung = Rung::proc_only;
    profile.tests = tests;
    return profile;
}

}  // namespace

TEST_CASE("what does not compute is blocked, and the user's CPU holds the GIL") {
    const Demand demand = demand_of(cost(3.0, 1.0, 0.5));
    CHECK(demand.cpu.value() == Approx(1.5));
    CHECK(demand.blocked.value() == Approx(1.5));
    CHECK(demand.gil.value() == Approx(1.0));
    CHECK(demand.overlapped == Seconds(0));
    CHECK(demand.alone().value() == Approx(3.0));
}

TEST_CASE("waiting for a core is no part of a demand") {
    Cost waited = cost(3.0, 1.0);
    waited.core_wait = {Seconds(1.5), Source::measured};
    CHECK(demand_of(waited).alone().value() == Approx(1.5));
    // Not even where it was counted twice: the CPU remains.
    waited.core_wait = {Seconds(9.0), Source::measured};
    CHECK(demand_of(waited).alone().value() == Approx(1.0));
}

TEST_CASE("a child that works while the test sleeps computes instead of blocking") {
    Cost child = cost(3.0, 0.5);
    child.children_cpu = Seconds(2.0);
    const Demand demand = demand_of(child);
    CHECK(demand.cpu.value() == Approx(2.5));
    CHECK(demand.blocked.value() == Approx(0.5));
    CHECK(demand.gil.value() == Approx(0.5));
}

TEST_CASE("more CPU than time ran on further cores") {
    Cost wide = cost(2.0, 2.0);
    wide.other_threads_cpu = Seconds(3.0);
    const Demand demand = demand_of(wide);
    CHECK(demand.cpu.value() == Approx(5.0));
    CHECK(demand.overlapped.value() == Approx(3.0));
    CHECK(demand.alone().value() == Approx(2.0));
}

TEST_CASE("a sampled GIL share is taken instead of the assumed one, not above the CPU") {
    Cost sampled = cost(2.0, 1.0);
    sampled.gil_held = {Seconds(0.25), Source::sampled};
    CHECK(demand_of(sampled).gil.value() == Approx(0.25));
    sampled.gil_held = {Seconds(7.0), Source::sampled};
    CHECK(demand_of(sampled).gil.value() == Approx(1.0));
}

TEST_CASE("times that cannot be are zero, and none is longer than the longest") {
    CHECK(demand_of(cost(-1.0, -2.0)).alone() == Seconds(0));
    CHECK(demand_of(cost(std::nan(""), std::nan(""))).alone() == Seconds(0));
    CHECK(demand_of(cost(std::numeric_limits<double>::infinity(), 0.0)).alone() == Seconds(0));
    CHECK(demand_of(cost(1e300, 0.0)).alone() == k_longest_span);
}

TEST_CASE("without CPU times every second computes") {
    Profile profile = profile_of({test("a.py::test_x", cost(2.0, 0.0))});
    profile.host.rung = Rung::none;
    const Demand demand = make_workload(profile).tests.at(0).demand;
    CHECK(demand.cpu == Seconds(2.0));
    CHECK(demand.gil == Seconds(2.0));
    CHECK(demand.blocked == Seconds(0));
}

TEST_CASE("a test is its phases and the protocol around them") {
    TestCost whole = test("a.py::test_x", cost(1.0, 0.0));
    whole.setup = cost(0.5, 0.5);
    whole.teardown = cost(0.25, 0.0);
    whole.protocol_overhead = Seconds(0.125);
    const Demand demand = make_workload(profile_of({whole})).tests.at(0).demand;
    CHECK(demand.cpu.value() == Approx(0.625));
    CHECK(demand.blocked.value() == Approx(1.25));
    CHECK(demand.gil.value() == Approx(0.625));
}

TEST_CASE("tests that did not run to their end are left out, but were collected") {
    TestCost skipped = test("a.py::test_skip", cost(0.1, 0.1));
    skipped.outcome = TestOutcome::skipped;
    TestCost never = test("a.py::test_never", cost(0, 0));
    never.outcome = TestOutcome::not_run;
    TestCost killed = test("a.py::test_killed", cost(5.0, 0));
    killed.outcome = TestOutcome::interrupted;
    const Workload workload = make_workload(profile_of({never, skipped, killed}));
    REQUIRE(workload.tests.size() == 1);
    CHECK(workload.tests[0].test == TestIndex{1});
    CHECK(workload.test_names[0] == "a.py::test_skip");
    CHECK(workload.collected == 3);
}

TEST_CASE("units are numbered by name, and a name of a file is not that of a group") {
    TestCost grouped = test("a.py::test_x", cost(1, 1));
    grouped.groups = {"b.py"};
    const Workload workload =
        make_workload(profile_of({grouped, test("b.py::A::test_y", cost(1, 1))}));
    const WorkTest& first = workload.tests[0];
    const WorkTest& second = workload.tests[1];
    CHECK(workload.unit_names[first.scope] == "a.py");
    CHECK(workload.unit_names[first.group] == "b.py");
    CHECK(first.marked);
    CHECK(first.group != second.file);
    CHECK(workload.unit_names[second.scope] == "b.py::A");
    CHECK(workload.unit_names[second.group] == "b.py::A::test_y");
    CHECK(!second.marked);
}

TEST_CASE("a fixture costs the mean of its instances, and only shared ones are needs") {
    Profile profile =
        profile_of({test("a.py::test_x", cost(1, 1)), test("b.py::test_y", cost(1, 1))});
    profile.fixture_definitions = {
        {"tables", Scope::module, ""}, {"small", Scope::function, ""}, {"db", Scope::session, ""}};
    for (TestCost& each : profile.tests) {
        each.fixtures = {{{2}}, {{0}}, {{1}}};
    }
    FixtureInstance instance;
    instance.use = {{0}};
    instance.setup = cost(1.0, 0.0);
    profile.fixtures.push_back(instance);
    instance.setup = cost(3.0, 0.0);
    instance.teardown = cost(1.0, 1.0);
    profile.fixtures.push_back(instance);
    const Workload workload = make_workload(profile);
    REQUIRE(workload.tests[0].needs == 2);
    const WorkNeed& session = workload.needs[workload.tests[0].first_need];
    const WorkNeed& module = workload.needs[workload.tests[0].first_need + 1];
    CHECK(workload.fixture_names[session.fixture] == "db");
    CHECK(session.node == 0);
    CHECK(workload.fixture_names[module.fixture] == "tables");
    CHECK(workload.fixtures[module.fixture].setup.alone() == Seconds(2.0));
    CHECK(workload.fixtures[module.fixture].teardown.alone() == Seconds(0.5));
    CHECK(module.node == workload.tests[0].node);
    CHECK(workload.needs[workload.tests[1].first_need].node == 0);
    CHECK(workload.needs[workload.tests[1].first_need + 1].node == workload.tests[1].node);
}

TEST_CASE("a class fixture outside of a class belongs to its test alone") {
    Profile profile =
        profile_of({test("a.py::test_x", cost(1, 1)), test("a.py::test_y", cost(1, 1))});
    profile.fixture_definitions = {{"state", Scope::class_, ""}};
    for (TestCost& each : profile.tests) {
        each.fixtures = {{{0}}};
    }
    const Workload workload = make_workload(profile);
    CHECK(workload.needs[0].node != workload.needs[1].node);
    CHECK(workload.tests[0].node == workload.needs[0].node);
}

TEST_CASE("the parts of the session become boot, collection, finish and exit") {
    Profile profile = profile_of({test("a.py::test_x", cost(1, 1))});
    profile.session.start = cost(1.0, 1.0);
    profile.session.configure = cost(0.5, 0.25);
    profile.session.collection = cost(2.0, 2.0);
    profile.session.finish = cost(0.25, 0.0);
    profile.session.exit = cost(0.25, 0.25);
    const Workload workload = make_workload(profile);
    CHECK(workload.boot.alone() == Seconds(1.5));
    CHECK(workload.boot.blocked == Seconds(0.25));
    CHECK(workload.collection.alone() == Seconds(2.0));
    CHECK(workload.finish.alone() == Seconds(0.25));
    CHECK(workload.exit.alone() == Seconds(0.25));
}

TEST_CASE("what the recorder adds is taken off, of what there is of its thread's computing") {
    Profile profile =
        profile_of({test("a.py::x", cost(0.5, 0.25)), test("a.py::y", cost(0.25, 0.125))});
    profile.session.start = cost(1.0, 1.0);
    const RecorderCost recorder{Seconds(0.25), Seconds(0.1875)};
    const Workload workload = make_workload(profile, recorder);
    CHECK(workload.boot.alone() == Seconds(0.75));
    CHECK(workload.tests.at(0).demand.alone() == Seconds(0.3125));
    CHECK(workload.tests.at(0).demand.blocked == Seconds(0.25));
    CHECK(workload.tests.at(0).demand.gil == Seconds(0.0625));
    CHECK(workload.tests.at(1).demand.cpu == Seconds(0));  // it has no more
    CHECK(workload.tests.at(1).demand.alone() == Seconds(0.125));
    profile.host.rung = Rung::none;  // an import: nothing was recorded
    CHECK(make_workload(profile, recorder).boot.alone() == Seconds(1.0));
    CHECK(make_workload(profile, recorder).tests.at(0).demand.cpu == Seconds(0.5));
}

TEST_CASE("a helper that ran beside the test is none of the recorder's computing") {
    Cost whole = cost(1.0, 0.25);
    whole.children_cpu = Seconds(2.0);
    const Demand all = demand_of(whole);
    const Workload workload =
        make_workload(profile_of({test("a.py::x", whole)}), {Seconds(0), Seconds(10.0)});
    const Demand demand = workload.tests.at(0).demand;
    CHECK(demand.cpu == all.overlapped);
    CHECK(demand.alone() == all.blocked);
}
