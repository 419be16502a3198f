#include "model/policy.hpp"

namespace advisor::model {

namespace {

std::vector<std::uint32_t> units_of(const Workload& workload, std::uint32_t WorkTest::*unit) {
    std::vector<std::uint32_t> units;
    units.reserve(workload.tests.size());
    for (const WorkTest& test : workload.tests) {
        units.push_back(test.*unit);
    }
    return units;
}

}  // namespace

std::vector<std::uint32_t> pulled_units(const Workload& workload, std::uint32_t nodes) {
    std::vector<std::uint32_t> units = units_of(workload, &WorkTest::group);
    auto own = static_cast<std::uint32_t>(workload.unit_names.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (!workload.tests[i].marked || nodes == 1) {
            units[i] = own++;
        }
    }
    return units;
}

std::unique_ptr<Policy> make_policy(
    const Workload& workload, const Processes& processes, XdistVersion version, std::uint32_t grain
) {
    const auto tests = static_cast<std::uint32_t>(workload.tests.size());
    const std::uint32_t nodes = processes.workers;
    const bool knows_chunk = version >= XdistVersion{3, 2, 0};
    const bool reorder = version >= XdistVersion{3, 5, 0}
                         && (processes.scope_reorder || version < XdistVersion{3, 8, 0});
    switch (processes.dist) {
    case Distribution::load:
        return make_load_policy(tests, nodes, knows_chunk ? processes.maxschedchunk : std::nullopt);
    case Distribution::loadscope:
        return make_scope_policy(units_of(workload, &WorkTest::scope), nodes, reorder);
    case Distribution::loadfile:
        return make_scope_policy(units_of(workload, &WorkTest::file), nodes, reorder);
    case Distribution::loadgroup:
        return make_scope_policy(units_of(workload, &WorkTest::group), nodes, reorder);
    case Distribution::worksteal: return make_steal_policy(tests, nodes);
    case Distribution::planned: return make_planned_policy(workload, nodes, grain);
    }
    return nullptr;
}

}  // namespace advisor::model
