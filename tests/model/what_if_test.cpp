#include <advisor/model/what_if.hpp>

#include <doctest/doctest.h>

#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using doctest::Approx;

namespace {

FixtureInstance instance(std::uint32_t fixture, double wall) {
    FixtureInstance result;
    result.use.fixture = FixtureIndex{fixture};
    result.setup.wall = Seconds(wall);
    return result;
}

/// Six files of two tests of 0.2 s that wait, and a long one; a module fixture of 0.5 s for all.
Profile profile() {
    Profile result;
    result.host.rung = Rung::proc_only;
    result.fixture_definitions.resize(1);
    result.fixture_definitions[0].name = "db";
    result.fixture_definitions[0].scope = Scope::module;
    result.fixtures = {instance(0, 0.5)};
    for (int i = 0; i < 13; ++i) {
        TestCost test;
        test.id = "f" + std::to_string(i / 2) + ".py";
        test.module_length = static_cast<std::uint32_t>(test.id.size());
        test.id += "::t" + std::to_string(i);
        test.outcome = TestOutcome::passed;
        test.call.wall = Seconds(i == 12 ? 4.0 : 0.2);
        test.fixtures = {result.fixtures[0].use};
        result.tests.push_back(test);
    }
    return result;
}

Seconds wall(const Workload& workload, const std::string& spec) {
    return simulate(workload, configuration(spec), free_runner(4), machine(4), {}).wall;
}

}  // namespace

TEST_CASE("a freed or widened fixture is as if the profile had it so") {
    const Workload suite = make_workload(profile());
    Profile freed = profile();
    freed.fixtures[0].setup = Cost{};
    Profile widened = profile();
    widened.fixture_definitions[0].scope = Scope::session;
    for (const std::string& spec : building::all_kinds(3)) {
        CAPTURE(spec);
        CHECK(
            wall(edited(suite, {{Edit::Kind::free_fixture, 0}}), spec)
            == wall(make_workload(freed), spec)
        );
        CHECK(
            wall(edited(suite, {{Edit::Kind::session_fixture, 0}}), spec)
            == wall(make_workload(widened), spec)
        );
    }
}

TEST_CASE("a split test is as if the profile had two of half its length") {
    Profile split = profile();
    split.tests[12].call.wall = Seconds(2.0);
    split.tests.push_back(split.tests[12]);
    split.tests[13].id += "b";
    const Workload suite = make_workload(profile());
    for (const std::string& spec : building::all_kinds(3)) {
        CAPTURE(spec);
        CHECK(
            wall(edited(suite, {{Edit::Kind::split_test, 12}}), spec)
            == wall(make_workload(split), spec)
        );
    }
}

TEST_CASE("by hand: a module fixture of three files on one worker, widened, saves two set-ups") {
    building::Suite suite;
    std::vector<std::uint32_t> users;
    for (const char* file : {"a.py", "b.py", "c.py"}) {
        users.push_back(suite.test(file, demand(0.0, 1.0)));
    }
    suite.fixture("db", Scope::module, demand(0.0, 2.0), users);
    // Each file needs an instance of its own: 3 * (1 + 2) = 9 s; with one for all 3 + 2 = 5 s.
    const Workload workload = suite.workload();
    const ModelParameters runner = free_runner(2);
    const WhatIf what_if(workload, configuration("processes=1"), runner, machine(2), {});
    CHECK(what_if.saved_by({{Edit::Kind::free_fixture, 0}}).value() == Approx(6.0));
    CHECK(what_if.saved_by({{Edit::Kind::session_fixture, 0}}).value() == Approx(4.0));
    CHECK(what_if.saved_by({}) == Seconds(0));
}
