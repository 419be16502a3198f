#include "advisor/model/what_if.hpp"

#include <advisor/base/assert.hpp>

#include <algorithm>
#include <map>

#include "model/fixtures.hpp"
#include "model/nodes.hpp"

namespace advisor {

namespace {

bool is_of(const WorkFixture& fixture, const Edit& edit) {
    return fixture.use.fixture.value == edit.subject;
}

void relieve(Workload& workload, const Edit& edit) {
    for (WorkFixture& fixture : workload.fixtures) {
        if (is_of(fixture, edit)) {
            fixture.setup = {};
            fixture.teardown = {};
        }
    }
}

void widen(Workload& workload, const Edit& edit) {
    for (WorkFixture& fixture : workload.fixtures) {
        fixture.scope = is_of(fixture, edit) ? Scope::session : fixture.scope;
    }
    for (WorkNeed& need : workload.needs) {
        if (is_of(workload.fixtures[need.fixture], edit)) {
            need.node = model::k_session_node;
        }
    }
}

void split(Workload& workload, std::uint32_t test) {
    ADVISOR_ASSERT(test < workload.tests.size(), "the test is in the suite");
    workload.tests[test].demand = workload.tests[test].demand * 0.5;
    workload.tests[test].demand.releases /= 2;
    const auto at = static_cast<std::ptrdiff_t>(test);
    workload.tests.insert(workload.tests.begin() + at, WorkTest(workload.tests[test]));
    workload.test_names.insert(
        workload.test_names.begin() + at, std::string(workload.test_names[test])
    );
    if (!workload.tests[test].marked) {
        // Each half goes for itself, which loadgroup knows by a group of its own.
        workload.tests[test + 1].group = static_cast<std::uint32_t>(workload.unit_names.size());
        workload.unit_names.push_back(workload.test_names[test]);
    }
    ++workload.collected;
}

}  // namespace

Workload edited(const Workload& workload, std::vector<Edit> edits) {
    // A split moves the tests behind it.
    std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
        return a.subject > b.subject;
    });
    Workload result = workload;
    for (const Edit& edit : edits) {
        switch (edit.kind) {
        case Edit::Kind::free_fixture: relieve(result, edit); break;
        case Edit::Kind::session_fixture: widen(result, edit); break;
        case Edit::Kind::split_test: split(result, edit.subject); break;
        }
    }
    return result;
}

WhatIf::WhatIf(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options
)
    : workload_(workload),
      configuration_(configuration),
      parameters_(parameters),
      machine_(machine),
      options_(options),
      before_(wall_of(workload)) {}

Seconds WhatIf::saved_by(const std::vector<Edit>& edits) const {
    return before_ - wall_of(edited(workload_, edits));
}

Seconds WhatIf::wall_of(const Workload& workload) const {
    return Predictor(workload, parameters_, machine_, options_).wall(configuration_);
}

std::vector<std::uint64_t> setups_in(const Workload& workload, const Simulation& simulation) {
    std::map<std::uint32_t, std::uint32_t> position;  // by TestIndex
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        position.emplace(workload.tests[i].test.value, i);
    }
    std::map<std::uint32_t, std::vector<std::uint32_t>> order;  // of each worker's tests
    for (const ScheduledTest& test : simulation.schedule) {
        order[test.worker].push_back(position.at(test.test.value));
    }
    const model::FixturePlan plan(workload);
    model::LiveFixtures live(plan, {}, order.empty() ? 0 : order.rbegin()->first + 1);
    for (const auto& [worker, tests] : order) {
        for (std::size_t i = 0; i < tests.size(); ++i) {
            static_cast<void>(
                live.visit(worker, tests[i], i + 1 < tests.size() ? &tests[i + 1] : nullptr)
            );
        }
    }
    std::vector<std::uint64_t> counts(workload.fixtures.size());
    for (std::size_t i = 0; i < plan.instances().size(); ++i) {
        counts[plan.instances()[i].need.fixture] += live.setups()[i];
    }
    return counts;
}

}  // namespace advisor
