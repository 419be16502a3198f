#include "model/fixtures.hpp"

#include <doctest/doctest.h>

#include "model/build.hpp"

using namespace advisor;
using namespace advisor::model;
using building::demand;
using building::Suite;

namespace {

/// Two files of two tests; all need the session fixture (set-up 8 s, tear-down 1 s), and each
/// file its module fixture (4 s).
Workload two_files() {
    Suite suite;
    suite.tests("a.py", 2, demand(0.0));
    suite.tests("b.py", 2, demand(0.0));
    suite.fixture("session", Scope::session, demand(8.0), {0, 1, 2, 3});
    suite.fixture("module", Scope::module, demand(4.0), {0, 1, 2, 3});
    suite.made.fixtures[0].teardown = demand(1.0);
    return suite.workload();
}

/// Seconds that the fixtures cost around each test of `order` on worker 0, the last one ending.
std::vector<double> costs(LiveFixtures& live, const std::vector<std::uint32_t>& order) {
    std::vector<double> result;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t* next = i + 1 < order.size() ? &order[i + 1] : nullptr;
        result.push_back(live.visit(0, order[i], next).demand.alone().value());
    }
    return result;
}

}  // namespace

TEST_CASE("in collection order each fixture is set up once") {
    const Workload workload = two_files();
    const FixturePlan plan(workload);
    LiveFixtures live(plan, {}, 1);
    // 8 + 4, nothing, 4 for the other module, and at the end the session's tear-down of 1.
    CHECK(costs(live, {0, 1, 2, 3}) == std::vector<double>{12, 0, 4, 1});
}

TEST_CASE("a module fixture is set up once for each maximal run of tests of its module") {
    const Workload workload = two_files();
    const FixturePlan plan(workload);
    LiveFixtures live(plan, {}, 1);
    CHECK(costs(live, {0, 2, 1, 3}) == std::vector<double>{12, 4, 4, 5});
}

TEST_CASE("each worker has its own instances, and all but the first are repeated") {
    const Workload workload = two_files();
    const FixturePlan plan(workload);
    LiveFixtures live(plan, {}, 2);
    const std::uint32_t second = 1;
    CHECK(live.visit(0, 0, &second).repeated == Seconds(0));
    const FixtureVisit other = live.visit(1, 2, nullptr);
    // Session again (8 repeated), the module of b.py for the first time; the tear-down of the
    // session fixture is the first one anywhere.
    CHECK(other.demand.alone() == Seconds(13));
    CHECK(other.repeated == Seconds(8));
    CHECK(live.visit(0, 1, nullptr).repeated == Seconds(1));
}

TEST_CASE("another parameter replaces the instance with the old one") {
    Suite suite;
    suite.tests("a.py", 4, demand(0.0));
    suite.fixture("one", Scope::session, demand(2.0), {0, 2});
    suite.fixture("two", Scope::session, demand(3.0), {1, 3});
    suite.made.fixtures[1].use = FixtureUse{{0}, 1};
    suite.made.fixtures[0].use = FixtureUse{{0}, 0};
    suite.made.fixtures[0].teardown = demand(0.5);
    const Workload workload = suite.workload();
    const FixturePlan plan(workload);
    LiveFixtures live(plan, {}, 1);
    CHECK(costs(live, {0, 1, 2, 3}) == std::vector<double>{2, 3.5, 2, 3.5});
    LiveFixtures sorted(plan, {}, 1);
    CHECK(costs(sorted, {0, 2, 1, 3}) == std::vector<double>{2, 0, 3.5, 0});
}

TEST_CASE("factors scale each fixture's cost") {
    const Workload workload = two_files();
    const FixturePlan plan(workload);
    const std::vector<double> factors{2.0, 0.5};
    LiveFixtures live(plan, factors, 1);
    CHECK(costs(live, {0, 1, 2, 3}) == std::vector<double>{18, 0, 2, 2});
}

TEST_CASE("a fixture that only a later test needs is set up then") {
    Suite suite;
    suite.tests("a.py", 3, demand(0.0));
    suite.fixture("late", Scope::module, demand(5.0), {1, 2});
    const Workload workload = suite.workload();
    const FixturePlan plan(workload);
    LiveFixtures live(plan, {}, 1);
    CHECK(costs(live, {0, 1, 2}) == std::vector<double>{0, 5, 0});
}
