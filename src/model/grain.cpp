#include "model/grain.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "model/nodes.hpp"

namespace advisor::model {

namespace {

/// Runs of tests: so many in all, but within these bounds for each worker or lane.
struct Bounds {
    std::uint32_t all;
    std::uint32_t least_each;
    std::uint32_t most_each;
};
constexpr Bounds k_usual{512, 14, 64};
/// Sorted by length, so that what is dealt at once at the end are many short tests.
constexpr Bounds k_planned{1024, 14, 64};
/// Two lanes meet in more ways than many do.
constexpr Bounds k_lanes{256, 16, 128};

/// Dealt at once are some runs.
constexpr std::uint32_t k_runs_each_deal = 4;

/// Of the least time: messages of a busy controller, which sends every test of `planned` by itself;
/// a long test.
constexpr double k_busy_controller = 0.2;
constexpr double k_busy_planned_controller = 0.1;
constexpr double k_long_test = 0.02;
/// Of the time of all tests: narrow fixtures.
constexpr double k_costly_fixtures = 0.2;
/// How many lanes want the GIL at a time: just about one.
constexpr double k_least_contended = 0.6;
constexpr double k_most_contended = 1.2;

/// Where the GIL is neither mostly free nor always taken, lanes wait because their demands vary,
/// and runs of tests vary less than tests do.
bool depends_on_chance(const Workload& workload, const Demand& all, std::uint32_t lanes) {
    const double wanting = lanes * (std::min(all.gil, all.cpu - all.overlapped) / all.alone());
    return lanes > 1 && !workload.free_threaded && wanting > k_least_contended
           && wanting < k_most_contended;
}

}  // namespace

Lumps lumps_of(const FixturePlan& plan) {
    const Workload& workload = plan.workload();
    Lumps lumps;
    for (const WorkTest& test : workload.tests) {
        lumps.longest_s = std::max(lumps.longest_s, test.demand.alone().value());
    }
    std::set<std::uint32_t> wide;  // slots
    for (const FixturePlan::Instance& instance : plan.instances()) {
        const WorkFixture& fixture = workload.fixtures[instance.need.fixture];
        if (instance.need.node != k_session_node) {
            lumps.narrow_s += (fixture.setup.alone() + fixture.teardown.alone()).value();
        }
        const bool is_wide = fixture.scope == Scope::session || fixture.scope == Scope::package;
        lumps.wide_rivals |= is_wide && !wide.insert(instance.slot).second;
    }
    return lumps;
}

Grain grain_of(
    const Courses& courses,
    const Lumps& lumps,
    const Configuration& configuration,
    const RunCosts& costs,
    double cores
) {
    const Course& course = courses.collection();
    const Demand all = course.demand({0, course.size()});
    const std::uint32_t nodes = costs.nodes();
    const double least_s =
        std::max(all.alone() / nodes, all.cpu / std::min<double>(nodes, cores)).value();
    const double messages_s = costs.test_message.alone().value() * course.size();
    const double busiest =
        is_planned(configuration) ? k_busy_planned_controller : k_busy_controller;
    if (messages_s > busiest * least_s || lumps.longest_s > k_long_test * least_s
        || lumps.narrow_s * costs.lanes > k_costly_fixtures * all.alone().value()
        || lumps.wide_rivals
        || depends_on_chance(courses.fixtures().workload(), all, costs.lanes)) {
        return {};
    }
    const Bounds& bounds = costs.lanes > 1             ? k_lanes
                           : is_planned(configuration) ? k_planned
                                                       : k_usual;
    const std::uint32_t run = std::clamp(bounds.all / nodes, bounds.least_each, bounds.most_each);
    return {run, run / k_runs_each_deal};
}

}  // namespace advisor::model
