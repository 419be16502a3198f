// The three doors with the real model behind them. What the model predicts is its own tests'
// business: here suites are so plain that only one answer is right.

#include "advisor/advise/advise.hpp"

#include <advisor/advise/gate.hpp>
#include <advisor/advise/plan.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "advise/build.hpp"

using namespace advisor;
using building::all_tests;
using building::configuration;
using building::cost;
using building::Suite;

namespace {

/// Four cores that never disturb each other, and a runner that costs 0.1 s a worker and no more.
ModelParameters ideal() {
    ModelParameters parameters;
    parameters.worker_boot_wall = Seconds(0.1);
    parameters.worker_boot_cpu = Seconds(0.1);
    parameters.capacity = {{1, 1.0}, {2, 2.0}, {4, 4.0}, {8, 4.0}};
    parameters.source = Source::measured;
    parameters.relative_error = 0.02;
    return parameters;
}

AdviseOptions able() {
    AdviseOptions options;
    options.ability.xdist = true;
    return options;
}

const Prediction& of(const Advice& advice, const std::string& wanted) {
    const auto found = std::find_if(
        advice.predictions.begin(),
        advice.predictions.end(),
        [&](const Prediction& each) { return spec(each.configuration) == wanted; }
    );
    REQUIRE_MESSAGE(found != advice.predictions.end(), wanted);
    return *found;
}

/// 40 files of 2 s that compute; 81 s in all.
Suite computing() {
    Suite suite(4);
    for (int file = 0; file < 40; ++file) {
        suite.tests("f" + std::to_string(file) + ".py", 4, 0.5);
    }
    return suite;
}

/// 120 tests on one core that sleep for 99 % of a second.
Suite sleeping() {
    Suite suite(1);
    suite.tests("a.py", 120, 0.01, 0.99);
    return suite;
}

}  // namespace

TEST_CASE("a suite that computes is advised to use the cores, not more") {
    const Advice advice = advise(computing().profile(), ideal(), able());
    const Prediction& best = of(advice, advice.recommended);
    CHECK(parallelism(best.configuration) == 4);
    // 80 s over 4 cores, and starts: near 22 s.
    CHECK(best.wall.mid.value() == doctest::Approx(22.0).epsilon(0.1));
    CHECK(best.wall.high < of(advice, "sequential").wall.mid);
    CHECK(of(advice, "sequential").wall.mid.value() == doctest::Approx(81.0).epsilon(0.02));
    CHECK(advice.tests == 160);
    CHECK(advice.files == 40);
    CHECK(!advice.suite_failed);
}

TEST_CASE("a suite that sleeps is advised to use more workers than cores") {
    const Advice advice = advise(sleeping().profile(), ideal(), able());
    CHECK(parallelism(of(advice, advice.recommended).configuration) >= 8);
}

TEST_CASE("a suite of a blink is advised to stay sequential") {
    Suite suite(4);
    suite.made.session.start = cost(0.3);
    suite.tests("a.py", 20, 0.002);
    const Advice advice = advise(suite.profile(), ideal(), able());
    CHECK(advice.recommended == "sequential");
    CHECK(advice.reason.find("Do not parallelise") != std::string::npos);
}

TEST_CASE("every candidate is predicted, ranked once, and what was asked for is among them") {
    AdviseOptions options = able();
    options.asked_for = {configuration("processes=5,dist=load,maxschedchunk=1")};
    const Profile profile = computing().profile();
    const Advice advice = advise(profile, ideal(), options);
    CHECK(advice.predictions.size() == candidates(profile, options).size());
    for (std::size_t i = 0; i < advice.predictions.size(); ++i) {
        CHECK(advice.predictions[i].rank == i + 1);
    }
    CHECK(of(advice, "processes=5,dist=load,maxschedchunk=1").wall.mid > Seconds(0));
    CHECK(of(advice, "processes=5,dist=load,maxschedchunk=1").asked_for);
    CHECK(!of(advice, "sequential").asked_for);
    CHECK(!of(advice, "threads=4").can_run);
}

TEST_CASE("the same profile gives the same advice") {
    const Profile profile = computing().profile();
    CHECK(advise(profile, ideal(), able()) == advise(profile, ideal(), able()));
}

TEST_CASE("a recommendation is never slower than sequential at its high end") {
    for (const double start : {0.1, 1.0, 5.0, 20.0}) {
        for (const std::uint32_t tests : {1U, 2U, 10U, 100U}) {
            for (const double blocked : {0.0, 0.2}) {
                Suite suite(2);
                suite.made.session.start = cost(start);
                suite.tests("a.py", tests, 0.05, blocked);
                const Advice advice = advise(suite.profile(), ideal(), able());
                const Prediction& best = of(advice, advice.recommended);
                CAPTURE(start);
                CAPTURE(tests);
                if (advice.recommended != "sequential") {
                    CHECK(best.wall.high < of(advice, "sequential").wall.mid);
                    CHECK(best.can_run);
                }
            }
        }
    }
}

TEST_CASE("where nothing can run but sequential, it is recommended with what is missing") {
    const Advice advice = advise(computing().profile(), ideal(), AdviseOptions{});
    CHECK(advice.recommended == "sequential");
    CHECK(std::any_of(advice.findings.begin(), advice.findings.end(), [](const Finding& finding) {
        return finding.code == "xdist-missing";
    }));
}

TEST_CASE("what the recording forbids is not recommended, and nothing is said to be missing") {
    Profile profile = computing().profile();
    AdviseOptions options = able();
    options.ability.forked = true;
    profile.run.unforkable = {"a thread is alive", "a database is open"};
    Advice advice = advise(profile, ideal(), options);
    CHECK(of(advice, "forked=4").cannot_run_because == "a thread is alive; a database is open");
    CHECK(advice.recommended.starts_with("processes=4"));

    profile.repeats = Repeats{};
    profile.repeats->runs = 3;
    profile.repeats->orders = 2;
    advice = advise(profile, ideal(), options);
    CHECK(advice.recommended == "sequential");
    const auto has = [&](std::string_view code) {
        return std::any_of(
            advice.findings.begin(),
            advice.findings.end(),
            [&](const Finding& finding) { return finding.code == code; }
        );
    };
    CHECK(has("unsteady-order"));
    CHECK_FALSE(has("xdist-missing"));

    profile.run.command = {"pytest", "--ff"};  // an order that changes on purpose
    CHECK(advise(profile, ideal(), options).recommended.starts_with("processes=4"));
}

TEST_CASE("the gate passes an unchanged suite and fails one whose fixture got 2 s slower") {
    const auto suite = [](double setup) {
        Suite result = computing();
        result.fixture("db", Scope::session, setup, all_tests(result.made));
        return result.profile();
    };
    const auto same = gate(suite(1.0), suite(1.0), ideal(), {});
    REQUIRE(same.has_value());
    CHECK(same->outcome == GateOutcome::pass);
    CHECK(same->comparisons.size() >= 2);

    const auto slower = gate(suite(1.0), suite(3.0), ideal(), {});
    REQUIRE(slower.has_value());
    CHECK(slower->outcome == GateOutcome::regression);
    REQUIRE(!slower->culprits.empty());
    CHECK(slower->culprits.front().kind == "fixture");
    CHECK(slower->culprits.front().subject == "db");
}

TEST_CASE("the gate compares what it is told to compare") {
    GateOptions options;
    options.configurations = {configuration("processes=3,dist=worksteal")};
    const Profile profile = computing().profile();
    const auto verdict = gate(profile, profile, ideal(), options);
    REQUIRE(verdict.has_value());
    REQUIRE(verdict->comparisons.size() == 1);
    CHECK(spec(verdict->comparisons.front().configuration) == "processes=3,dist=worksteal");
    CHECK(verdict->comparisons.front().base_wall == verdict->comparisons.front().head_wall);
}

TEST_CASE("the gate refuses what says nothing, each with its own outcome") {
    const Profile whole = computing().profile();
    Profile killed = whole;
    killed.run.complete = false;
    killed.run.incomplete_because = "killed by signal 9";
    CHECK(gate(whole, killed, ideal(), {})->outcome == GateOutcome::inconclusive);

    Profile stolen = whole;
    stolen.disturbance.steal_fraction = {0.2, Source::measured};
    stolen.disturbance.foreign_fraction = {0.15, Source::measured};
    CHECK(gate(whole, stolen, ideal(), {})->outcome == GateOutcome::unfit);

    Suite grown = computing();
    grown.tests("new.py", 200, 0.1);
    CHECK(gate(whole, grown.profile(), ideal(), {})->outcome == GateOutcome::inconclusive);
}

TEST_CASE("profiles of different Pythons or different suites are an error") {
    const Profile base = computing().profile();
    Profile newer = base;
    newer.interpreter.version = "3.12.1";
    const auto refused = gate(base, newer, ideal(), {});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().because == "base ran on cpython 3.11.7, head on cpython 3.12.1");
    newer.interpreter.version = "3.11.9";
    CHECK(gate(base, newer, ideal(), {}).has_value());
    CHECK(!gate(base, sleeping().profile(), ideal(), {}).has_value());
    CHECK(!gate(base, Suite().profile(), ideal(), {}).has_value());
}

namespace {

PlanOptions two_types(double target_s) {
    PlanOptions options;
    options.target = Seconds(target_s);
    options.most_machines = 4;
    options.machines = {
        {"small", 1, Bytes(std::int64_t{8} << 30), 0.01, "USD", Seconds(20)},
        {"large", 4, Bytes(std::int64_t{16} << 30), 0.03, "USD", Seconds(20)}};
    return options;
}

}  // namespace

TEST_CASE("a loose target is met by the cheapest machine alone, sequentially") {
    // 20 + 81 s on one core: two minutes of 0.01.
    const CapacityPlan cheap = plan(computing().profile(), ideal(), two_types(600));
    REQUIRE(cheap.chosen.has_value());
    const PlanPoint& point = cheap.points.at(*cheap.chosen);
    CHECK(point.machine.name == "small");
    CHECK(point.configuration.shards == 1);
    CHECK(point.billed_minutes == 2);
    CHECK(point.cost == doctest::Approx(0.02));
    CHECK(point.wall.mid.value() == doctest::Approx(101.0).epsilon(0.02));
}

TEST_CASE("a tighter target costs more, and every chosen point meets it at its high end") {
    double last = 0.0;
    for (const double target : {600.0, 100.0, 70.0, 50.0}) {
        const CapacityPlan result = plan(computing().profile(), ideal(), two_types(target));
        CAPTURE(target);
        REQUIRE(result.chosen.has_value());
        const PlanPoint& point = result.points.at(*result.chosen);
        CHECK(point.wall.high <= Seconds(target));
        CHECK(point.cost >= last);
        last = point.cost;
    }
}

TEST_CASE("a target that cannot be met is refused with what binds") {
    const CapacityPlan none = plan(computing().profile(), ideal(), two_types(21));
    CHECK(!none.chosen.has_value());
    CHECK(none.reason.find("Nothing meets 21") == 0);
    CHECK(none.reason.find("bound by") != std::string::npos);
    CHECK(!none.points.empty());
}

TEST_CASE("no target chooses nothing, and one file is never dealt to two machines") {
    CHECK(!plan(computing().profile(), ideal(), two_types(0)).chosen.has_value());
    const CapacityPlan one_file = plan(sleeping().profile(), ideal(), two_types(600));
    for (const PlanPoint& point : one_file.points) {
        CHECK(point.configuration.shards == 1);
    }
}

TEST_CASE("configurations that were given are planned, one that names shards for those alone") {
    PlanOptions options = two_types(0);
    options.machines.pop_back();
    options.most_machines = 2;
    options.configurations = {
        configuration("processes=2,dist=load"),
        configuration("shards=3,processes=2,dist=loadfile")};
    const CapacityPlan result = plan(computing().profile(), ideal(), options);
    std::vector<std::string> specs;
    for (const PlanPoint& point : result.points) {
        specs.push_back(spec(point.configuration));
    }
    CHECK(
        specs
        == std::vector<
            std::
                string>{"processes=2,dist=load", "shards=2,processes=2,dist=load", "shards=3,processes=2,dist=loadfile"}
    );
}

TEST_CASE("a machine without the memory is never chosen") {
    PlanOptions options = two_types(600);
    options.machines[0].memory = Bytes(50 << 20);
    const CapacityPlan result = plan(computing().profile(), ideal(), options);
    REQUIRE(result.chosen.has_value());
    CHECK(result.points.at(*result.chosen).machine.name == "large");
}
