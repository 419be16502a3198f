#include "advise/rework.hpp"

#include <advisor/advise/advise.hpp>
#include <advisor/model/what_if.hpp>
#include <advisor/model/workload.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace advisor {

namespace {

constexpr double k_least_share = 0.03;
/// Simulated twice each, which takes a second and more for a suite of 100,000 tests.
constexpr std::size_t k_most_fixtures = 8;

/// What a fixture's instances cost at most in a run: one for each that a worker can need.
struct Suspect {
    FixtureIndex fixture;
    Seconds once;
    Seconds most;
};

std::vector<Suspect> suspects_of(const Workload& workload, std::uint32_t workers, Seconds least) {
    std::vector<std::uint64_t> users(workload.fixtures.size());
    std::vector<std::set<std::uint32_t>> nodes(workload.fixtures.size());
    for (const WorkTest& test : workload.tests) {
        for (std::uint32_t i = 0; i < test.needs; ++i) {
            const WorkNeed& need = workload.needs[test.first_need + i];
            ++users[need.fixture];
            nodes[need.fixture].insert(need.node);
        }
    }
    std::map<std::uint32_t, Suspect> by_definition;
    std::map<std::uint32_t, double> setups;
    for (std::size_t i = 0; i < workload.fixtures.size(); ++i) {
        const WorkFixture& fixture = workload.fixtures[i];
        const std::uint32_t definition = fixture.use.fixture.value;
        const auto most = static_cast<double>(std::min(users[i], nodes[i].size() * workers));
        Suspect& suspect = by_definition[definition];
        suspect.fixture = fixture.use.fixture;
        suspect.most += (fixture.setup.alone() + fixture.teardown.alone()) * most;
        setups[definition] += most;
    }
    std::vector<Suspect> suspects;
    for (auto& [definition, suspect] : by_definition) {
        if (suspect.most >= least) {
            suspect.once = suspect.most / setups[definition];
            suspects.push_back(suspect);
        }
    }
    std::stable_sort(suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) {
        return a.most > b.most;
    });
    suspects.resize(std::min(suspects.size(), k_most_fixtures));
    return suspects;
}

std::uint64_t setups_of(
    FixtureIndex fixture, const Workload& workload, const std::vector<std::uint64_t>& counts
) {
    std::uint64_t setups = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        setups += workload.fixtures[i].use.fixture == fixture ? counts[i] : 0;
    }
    return setups;
}

/// Longer than an even share of all tests, a quarter of the predicted wall and a second; the
/// longest first.
std::vector<TestIndex> long_tests(const Profile& profile, const Comparison& comparison) {
    const Prediction& parallel = *comparison.parallel;
    const double workers = parallelism(parallel.configuration);
    const Seconds most =
        std::max({comparison.shares.tests / workers, parallel.wall.mid * 0.25, Seconds(1)});
    std::vector<TestIndex> tests;
    for (std::uint32_t i = 0; i < profile.tests.size(); ++i) {
        if (alone(profile.tests[i]) > most) {
            tests.push_back({i});
        }
    }
    std::stable_sort(tests.begin(), tests.end(), [&](TestIndex a, TestIndex b) {
        return alone(profile.tests[a.value]) > alone(profile.tests[b.value]);
    });
    return tests;
}

std::vector<Edit> splits(const Workload& workload, const std::vector<TestIndex>& tests) {
    std::vector<Edit> edits;
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        if (std::find(tests.begin(), tests.end(), workload.tests[i].test) != tests.end()) {
            edits.push_back({Edit::Kind::split_test, i});
        }
    }
    return edits;
}

}  // namespace

Seconds least_saving(const Prediction& prediction) {
    return std::max(k_least_saving, prediction.wall.mid * k_least_share);
}

Rework rework_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const PredictionOptions& options,
    const Comparison& comparison
) {
    Rework rework;
    if (comparison.parallel == nullptr) {
        return rework;
    }
    const Configuration& configuration = comparison.parallel->configuration;
    const Workload workload = make_workload(profile, parameters.recorder);
    const Machine machine = machine_of(profile.host);
    const Seconds least = least_saving(*comparison.parallel);
    rework.long_tests = long_tests(profile, comparison);
    const std::vector<Suspect> suspects = suspects_of(workload, parallelism(configuration), least);
    if (rework.long_tests.empty() && suspects.empty()) {
        return rework;
    }
    const WhatIf what_if(workload, configuration, parameters, machine, options);
    if (!rework.long_tests.empty()) {
        rework.split = what_if.saved_by(splits(workload, rework.long_tests));
    }
    const auto setups = [&](const Configuration& how) {
        return setups_in(workload, simulate(workload, how, parameters, machine, options));
    };
    const auto sequential = setups(Configuration{});
    const auto parallel = setups(configuration);
    for (const Suspect& suspect : suspects) {
        const FixtureDefinition& definition = profile.fixture_definitions[suspect.fixture.value];
        FixtureRework found{suspect.fixture, suspect.once, 0, 0, {}, std::nullopt};
        found.sequential = setups_of(suspect.fixture, workload, sequential);
        found.parallel = setups_of(suspect.fixture, workload, parallel);
        found.freed = what_if.saved_by({{Edit::Kind::free_fixture, suspect.fixture.value}});
        // setup_module() and its like have the scope of what they are named after.
        if (definition.scope != Scope::session && definition.made_of().empty()) {
            found.widened =
                what_if.saved_by({{Edit::Kind::session_fixture, suspect.fixture.value}});
        }
        if (std::max(found.freed, found.widened.value_or(Seconds(0))) >= least) {
            rework.fixtures.push_back(found);
        }
    }
    return rework;
}

}  // namespace advisor
