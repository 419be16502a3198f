#include "advisor/model/deal.hpp"

#include "model/planned_units.hpp"

namespace advisor {

namespace {

DealtUnit dealt(const Workload& workload, const model::Plan& plan, const model::PlannedUnit& unit) {
    DealtUnit result;
    result.setup = Seconds(unit.setup_s);
    result.divisible = unit.divisible;
    for (std::uint32_t i = unit.begin; i < unit.end; ++i) {
        const std::uint32_t test = plan.tests[i];
        result.tests.push_back({workload.test_names[test], workload.tests[test].demand.alone()});
    }
    return result;
}

}  // namespace

Deal deal_of(const Workload& workload, std::uint32_t workers) {
    const model::Plan plan = model::plan_units(workload);
    const std::vector<std::uint32_t> allotted = model::allotted(plan, workers);
    Deal deal;
    for (std::size_t i = 0; i < plan.families.size(); ++i) {
        const model::PlannedFamily& family = plan.families[i];
        DealtFamily result;
        result.setup = Seconds(family.setup_s);
        result.workers = allotted[i];
        for (const model::PlannedUnit& unit : family.units) {
            result.units.push_back(dealt(workload, plan, unit));
        }
        deal.families.push_back(std::move(result));
    }
    return deal;
}

}  // namespace advisor
