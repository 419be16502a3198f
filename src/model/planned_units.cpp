#include "model/planned_units.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

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

enum class Tie : std::uint8_t { group, node, none };
using UnitKey = std::pair<Tie, std::uint32_t>;
using NeedSet = std::set<std::pair<std::uint32_t, std::uint32_t>>;

struct Draft {
    std::vector<std::uint32_t> tests;
    NeedSet wide;
    NeedSet narrow;
    double work_s = 0.0;
    bool divisible = true;
};

UnitKey key_of(const Workload& workload, std::uint32_t position) {
    const WorkTest& test = workload.tests[position];
    if (test.marked) {
        return {Tie::group, test.group};
    }
    UnitKey key{Tie::none, position};
    bool module_found = false;
    for (std::uint32_t i = 0; i < test.needs; ++i) {
        const WorkNeed& need = workload.needs[test.first_need + i];
        const bool module = workload.fixtures[need.fixture].scope == Scope::module;
        if (!is_wide(workload, need) && cost_of(workload, need) >= k_costly_s
            && (module || !module_found)) {
            key = {Tie::node, need.node};
            module_found = module;
        }
    }
    return key;
}

/// By key, in the order of their first tests.
std::vector<Draft> drafts_of(const Workload& workload) {
    std::vector<Draft> drafts;
    std::map<UnitKey, std::size_t> known;
    for (std::uint32_t position = 0; position < workload.tests.size(); ++position) {
        const UnitKey key = key_of(workload, position);
        const auto [found, added] = known.emplace(key, drafts.size());
        if (added) {
            drafts.emplace_back();
            drafts.back().divisible = key.first != Tie::group;
        }
        Draft& draft = drafts[found->second];
        const WorkTest& test = workload.tests[position];
        draft.tests.push_back(position);
        draft.work_s += test.demand.alone().value();
        for (std::uint32_t i = 0; i < test.needs; ++i) {
            const WorkNeed& need = workload.needs[test.first_need + i];
            if (cost_of(workload, need) >= k_costly_s) {
                (is_wide(workload, need) ? draft.wide : draft.narrow)
                    .emplace(need.fixture, need.node);
            }
        }
    }
    return drafts;
}

double total_cost(const Workload& workload, const NeedSet& needs) {
    double sum = 0.0;
    for (const auto& [fixture, node] : needs) {
        sum += cost_of(workload, WorkNeed{fixture, node});
    }
    return sum;
}

double nodes_for(const PlannedFamily& family, double time_s) {
    return std::max(1.0, std::ceil(family.work_s / (time_s - family.setup_s)));
}

}  // namespace

Plan plan_units(const Workload& workload) {
    Plan plan;
    std::vector<std::uint32_t> tests;
    std::map<NeedSet, std::size_t> known;
    for (const Draft& draft : drafts_of(workload)) {
        const auto [found, added] = known.emplace(draft.wide, plan.families.size());
        if (added) {
            plan.families.emplace_back();
            plan.families.back().setup_s = total_cost(workload, draft.wide);
        }
        PlannedFamily& family = plan.families[found->second];
        PlannedUnit unit;
        unit.begin = static_cast<std::uint32_t>(tests.size());
        tests.insert(tests.end(), draft.tests.begin(), draft.tests.end());
        unit.end = static_cast<std::uint32_t>(tests.size());
        unit.work_s = draft.work_s;
        unit.setup_s = total_cost(workload, draft.narrow);
        unit.divisible = draft.divisible;
        family.units.push_back(unit);
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
