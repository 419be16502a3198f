#include "model/planned_units.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "model/course.hpp"

namespace advisor::model {

namespace {

/// A fixture cheaper than this is not worth keeping tests together.
constexpr double k_costly_s = 0.001;

double cost_of(const Workload& workload, const WorkNeed& need) {
    const WorkFixture& fixture = workload.fixtures[need.fixture];
    return (fixture.setup.alone() + fixture.teardown.alone()).value();
}

bool is_wide(const Workload& workload, const WorkNeed& need) {
    const Scope scope = workload.fixtures[need.fixture].scope;
    return scope == Scope::package || scope == Scope::session;
}

using NeedSet = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // ascending

void insert(NeedSet& set, const WorkNeed& need) {
    const std::pair key(need.fixture, need.node);
    const auto place = std::lower_bound(set.begin(), set.end(), key);
    if (place == set.end() || *place != key) {
        set.insert(place, key);
    }
}

double total_cost(const Workload& workload, const NeedSet& needs) {
    double sum = 0.0;
    for (const auto& [fixture, node] : needs) {
        sum += cost_of(workload, WorkNeed{fixture, node});
    }
    return sum;
}

/// The collector whose tests stay with this one, if any does: that of a module's fixture, else the
/// last of a class.
std::optional<std::uint32_t> tie_of(const Workload& workload, const WorkTest& test) {
    std::optional<std::uint32_t> tie;
    bool module_found = false;
    for (std::uint32_t i = 0; i < test.needs; ++i) {
        const WorkNeed& need = workload.needs[test.first_need + i];
        const bool module = workload.fixtures[need.fixture].scope == Scope::module;
        if (!is_wide(workload, need) && cost_of(workload, need) >= k_costly_s
            && (module || !module_found)) {
            tie = need.node;
            module_found = module;
        }
    }
    return tie;
}

/// The unit of each test, in the order of their first tests.
std::vector<std::uint32_t> units_of(const Workload& workload) {
    constexpr std::uint32_t k_none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> of_group(workload.unit_names.size(), k_none);
    std::vector<std::uint32_t> of_node(workload.nodes.size(), k_none);
    std::vector<std::uint32_t> units;
    units.reserve(workload.tests.size());
    std::uint32_t next = 0;
    for (const WorkTest& test : workload.tests) {
        std::uint32_t own = k_none;
        std::uint32_t* unit = &own;
        if (test.marked) {
            unit = &of_group[test.group];
        } else if (const auto tie = tie_of(workload, test)) {
            unit = &of_node[*tie];
        }
        *unit = *unit == k_none ? next++ : *unit;
        units.push_back(*unit);
    }
    return units;
}

/// What the tests of one unit need and take.
struct Draft {
    NeedSet wide;
    NeedSet narrow;
    double work_s = 0.0;
};

void add(const Workload& workload, const WorkTest& test, Draft& draft) {
    draft.work_s += test.demand.alone().value();
    for (std::uint32_t i = 0; i < test.needs; ++i) {
        const WorkNeed& need = workload.needs[test.first_need + i];
        if (cost_of(workload, need) >= k_costly_s) {
            insert(is_wide(workload, need) ? draft.wide : draft.narrow, need);
        }
    }
}

double nodes_for(const PlannedFamily& family, double time_s) {
    return std::max(1.0, std::ceil(family.work_s / (time_s - family.setup_s)));
}

}  // namespace

Plan plan_units(const Workload& workload) {
    Plan plan;
    const auto [tests, ends] = by_unit(units_of(workload));
    std::map<NeedSet, std::size_t> known;
    Draft draft;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        PlannedUnit unit;
        unit.begin = i == 0 ? 0 : ends[i - 1];
        unit.end = ends[i];
        draft.wide.clear();
        draft.narrow.clear();
        draft.work_s = 0.0;
        for (std::uint32_t at = unit.begin; at < unit.end; ++at) {
            add(workload, workload.tests[tests[at]], draft);
        }
        const auto [found, added] = known.emplace(draft.wide, plan.families.size());
        if (added) {
            plan.families.emplace_back();
            plan.families.back().setup_s = total_cost(workload, draft.wide);
        }
        unit.work_s = draft.work_s;
        unit.setup_s = total_cost(workload, draft.narrow);
        unit.divisible = !workload.tests[tests[unit.begin]].marked;
        plan.families[found->second].units.push_back(unit);
    }
    for (PlannedFamily& family : plan.families) {
        std::stable_sort(
            family.units.begin(),
            family.units.end(),
            [](const PlannedUnit& a, const PlannedUnit& b) {
                return a.work_s + a.setup_s > b.work_s + b.setup_s;
            }
        );
        for (PlannedUnit& unit : family.units) {
            // In this order, so that the plugin advisor_planned.py comes to the same bits.
            family.work_s += unit.work_s + unit.setup_s;
            const auto begin = static_cast<std::uint32_t>(plan.tests.size());
            plan.tests.insert(
                plan.tests.end(), tests.begin() + unit.begin, tests.begin() + unit.end
            );
            unit.end = begin + (unit.end - std::exchange(unit.begin, begin));
        }
    }
    plan.long_before.push_back(0);
    for (const std::uint32_t test : plan.tests) {
        const bool is_long = workload.tests[test].demand.alone().value() >= k_ahead_s;
        plan.long_before.push_back(plan.long_before.back() + (is_long ? 1 : 0));
    }
    return plan;
}

std::vector<std::uint32_t> allotted(const Plan& plan, std::uint32_t nodes) {
    double low = 0.0;
    double high = 0.0;
    for (const PlannedFamily& family : plan.families) {
        low = std::max(low, family.setup_s);
        high += family.work_s + family.setup_s;
    }
    for (int step = 0; step < 50; ++step) {
        const double time = (low + high) / 2;
        double needed = 0.0;
        for (const PlannedFamily& family : plan.families) {
            needed += family.work_s + family.setup_s * nodes_for(family, time);
        }
        (needed <= time * nodes ? high : low) = time;
    }
    std::vector<std::uint32_t> each;
    for (const PlannedFamily& family : plan.families) {
        const double wanted = family.setup_s > 0.0 ? nodes_for(family, high) : nodes;
        each.push_back(static_cast<std::uint32_t>(std::min<double>(wanted, nodes)));
    }
    return each;
}

}  // namespace advisor::model
