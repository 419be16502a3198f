#include "advisor/model/what_if.hpp"

#include <advisor/base/assert.hpp>

#include <algorithm>

#include "model/nodes.hpp"

namespace advisor {

namespace {

void widen(Workload& workload, std::uint32_t fixture) {
    workload.fixtures[fixture].scope = Scope::session;
    for (WorkNeed& need : workload.needs) {
        if (need.fixture == fixture) {
            need.node = model::k_session_node;
        }
    }
}

void split(Workload& workload, std::uint32_t test) {
    workload.tests[test].demand = workload.tests[test].demand * 0.5;
    workload.tests[test].demand.releases /= 2;
    const auto at = static_cast<std::ptrdiff_t>(test);
    workload.tests.insert(workload.tests.begin() + at, WorkTest(workload.tests[test]));
    workload.test_names.insert(
        workload.test_names.begin() + at, std::string(workload.test_names[test])
    );
    ++workload.collected;
}

std::vector<Edit> edits_of(const Workload& workload, std::uint32_t workers) {
    std::vector<Edit> edits;
    for (std::uint32_t i = 0; i < workload.fixtures.size(); ++i) {
        edits.push_back({Edit::Kind::free_fixture, i});
        if (workload.fixtures[i].scope != Scope::session) {
            edits.push_back({Edit::Kind::session_fixture, i});
        }
    }
    Seconds whole;
    for (const WorkTest& test : workload.tests) {
        whole += test.demand.alone();
    }
    const Seconds share = whole / static_cast<double>(workers);
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        if (workload.tests[i].demand.alone() > share) {
            edits.push_back({Edit::Kind::split_test, i});
        }
    }
    return edits;
}

}  // namespace

Workload edited(const Workload& workload, const Edit& edit) {
    Workload result = workload;
    switch (edit.kind) {
    case Edit::Kind::free_fixture:
        ADVISOR_ASSERT(edit.subject < workload.fixtures.size(), "the fixture is in the suite");
        result.fixtures[edit.subject].setup = {};
        result.fixtures[edit.subject].teardown = {};
        break;
    case Edit::Kind::session_fixture:
        ADVISOR_ASSERT(edit.subject < workload.fixtures.size(), "the fixture is in the suite");
        widen(result, edit.subject);
        break;
    case Edit::Kind::split_test:
        ADVISOR_ASSERT(edit.subject < workload.tests.size(), "the test is in the suite");
        split(result, edit.subject);
        break;
    }
    return result;
}

std::vector<Saving> savings(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options,
    Seconds least
) {
    const auto wall = [&](const Workload& of) {
        return Predictor(of, parameters, machine, options).wall(configuration);
    };
    const Seconds before = wall(workload);
    std::vector<Saving> found;
    for (const Edit& edit : edits_of(workload, parallelism(configuration))) {
        const Seconds saved = before - wall(edited(workload, edit));
        if (saved >= least) {
            found.push_back({edit, saved});
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Saving& a, const Saving& b) {
        return a.wall > b.wall;
    });
    return found;
}

}  // namespace advisor
