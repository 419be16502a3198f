#include "advisor/advise/gate.hpp"

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "advise/build.hpp"
#include "advise/changes.hpp"
#include "advise/gate_rule.hpp"

using namespace advisor;
using building::all_tests;
using building::configuration;
using building::cost;
using building::hand_checkable_wall;
using building::recorded_again;
using building::Suite;

namespace {

GateVerdict decided(
    const Profile& base,
    const Profile& head,
    const std::vector<std::string>& specs = {"processes=4,dist=load"}
) {
    std::vector<Configuration> configurations;
    configurations.reserve(specs.size());
    for (const std::string& each : specs) {
        configurations.push_back(configuration(each));
    }
    return decide(base, changes_between(base, head), configurations, 0.05, hand_checkable_wall);
}

/// 2 s of start and 40 tests of 1 s: the example of the door.
Suite example() {
    Suite suite(4);
    suite.made.session.start = cost(2.0);
    suite.tests("a.py", 40, 1.0);
    return suite;
}

constexpr double k_outliers = 0.05;

/// Durations from 5 ms to 3 s, some waiting, a session fixture and module fixtures.
Profile mixed_suite(std::uint64_t seed) {
    Random random(seed);
    Suite suite(4);
    suite.made.session.collection = cost(0.8);
    for (int file = 0; file < 10; ++file) {
        const std::string name = "test_" + std::to_string(file) + ".py";
        std::vector<std::uint32_t> users;
        for (int i = 0; i < 12; ++i) {
            const double time = std::min(3.0, 0.05 * std::exp(1.5 * random.normal()) + 0.005);
            const double waiting = random.uniform() < 0.3 ? 0.6 : 0.0;
            users.push_back(suite.test(
                name + "::test_" + std::to_string(i), time * (1 - waiting), time * waiting
            ));
        }
        suite.fixture("module_" + std::to_string(file), Scope::module, 0.3, users);
    }
    suite.fixture("db", Scope::session, 0.2, all_tests(suite.made), 0.8);
    return suite.profile();
}

const Culprit& first_culprit(const GateVerdict& verdict) {
    REQUIRE(!verdict.culprits.empty());
    return verdict.culprits.front();
}

}  // namespace

TEST_CASE("a suite against itself passes without a change") {
    const Profile base = example().profile();
    const GateVerdict verdict = decided(base, base);
    CHECK(verdict.outcome == GateOutcome::pass);
    CHECK(verdict.culprits.empty());
    CHECK(verdict.tests_changed == 0);
    // 2 + 40 / 4 = 12 s, sequential 42 s, speed-up 3.5
    CHECK(verdict.comparisons.at(0).base_wall.value() == doctest::Approx(12.0));
    CHECK(verdict.comparisons.at(0).head_wall.value() == doctest::Approx(12.0));
    CHECK(verdict.comparisons.at(0).base_speedup == doctest::Approx(3.5));
}

TEST_CASE("new tests that scale like the old ones pass, although the wall grows") {
    Suite head = example();
    head.tests("b.py", 8, 1.0);
    const GateVerdict verdict = decided(example().profile(), head.profile());
    CHECK(verdict.outcome == GateOutcome::pass);
    CHECK(verdict.tests_added == 8);
    CHECK(verdict.comparisons.at(0).head_wall.value() == doctest::Approx(14.0));
}

TEST_CASE("a new long test that bounds the wall fails, with its name") {
    Suite head = example();
    head.test("b.py::test_forty_seconds", 40.0);
    const GateVerdict verdict = decided(example().profile(), head.profile());
    CHECK(verdict.outcome == GateOutcome::regression);
    // 2 + 10 + 40 = 52 s; without it 12 s.
    const Culprit& culprit = first_culprit(verdict);
    CHECK(culprit.kind == "test");
    CHECK(culprit.subject == "b.py::test_forty_seconds");
    CHECK(culprit.wall_loss.value() == doctest::Approx(40.0));
}

TEST_CASE("the loss is what head takes beyond base and its new work at base's speed-up") {
    GateComparison comparison;
    comparison.base_wall = Seconds(12);
    comparison.head_wall = Seconds(52);
    comparison.base_speedup = 3.5;
    const Loss loss = loss_of(comparison, Seconds(40), Seconds(40));
    CHECK(loss.expected.value() == doctest::Approx(12 + 40 / 3.5));
    CHECK(loss.lost.value() == doctest::Approx(52 - 12 - 40 / 3.5));
    // Removed work expects no shorter wall, and a slow-down beats no expectation.
    CHECK(loss_of(comparison, Seconds(-40), Seconds(99)).lost.value() == doctest::Approx(40.0));
    comparison.base_speedup = 0.5;
    CHECK(loss_of(comparison, Seconds(10), Seconds(99)).expected.value() == doctest::Approx(22.0));
}

TEST_CASE("more than the threshold and at least 0.2 s are a regression") {
    CHECK(is_regression({Seconds(10), Seconds(0.51)}, 0.05));
    CHECK(!is_regression({Seconds(10), Seconds(0.49)}, 0.05));
    CHECK(is_regression({Seconds(1), Seconds(0.21)}, 0.05));
    CHECK(!is_regression({Seconds(1), Seconds(0.19)}, 0.05));
}

TEST_CASE("a new session fixture that each worker repeats fails") {
    Suite head = example();
    head.fixture("db", Scope::session, 3.0, all_tests(head.made));
    const GateVerdict verdict = decided(example().profile(), head.profile());
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).kind == "fixture");
    CHECK(first_culprit(verdict).subject == "db");
    CHECK(first_culprit(verdict).wall_loss.value() == doctest::Approx(3.0));
    CHECK(verdict.reason.find("fixture db is new and takes 3") != std::string::npos);
}

TEST_CASE("a module fixture that got 2 s slower fails, although sequential got slower too") {
    const auto suite = [](double setup) {
        Suite result = example();
        result.fixture("tables", Scope::module, setup, all_tests(result.made));
        return result.profile();
    };
    // 13 s to 15 s in parallel; 43 s to 45 s sequentially.
    const GateVerdict verdict = decided(suite(1.0), suite(3.0));
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).subject == "tables");
    CHECK(first_culprit(verdict).base.value() == doctest::Approx(1.0));
    CHECK(first_culprit(verdict).head.value() == doctest::Approx(3.0));
    CHECK(first_culprit(verdict).wall_loss.value() == doctest::Approx(2.0));
}

TEST_CASE("a fixture that only new tests use is new work like them") {
    Suite head = example();
    head.tests("b.py", 8, 1.0);
    head.fixture("other", Scope::module, 0.5, {40, 41, 42, 43, 44, 45, 46, 47});
    const Profile base = example().profile();
    const Changes changes = changes_between(base, head.profile());
    CHECK(changes.added.value() == doctest::Approx(8.5));
    // E = 12 + 8.5 / 3.5 = 14.43 s; each of 4 workers pays 0.5 s, H = 14.5 s.
    CHECK(decided(base, head.profile()).outcome == GateOutcome::pass);
}

TEST_CASE("a fixture of base that old tests newly use is a culprit") {
    const auto suite = [](std::uint32_t users_in_a) {
        Suite result = example();
        std::vector<std::uint32_t> users{result.test("b.py::test_db", 1.0)};
        for (std::uint32_t i = 0; i < users_in_a; ++i) {
            users.push_back(i);
        }
        result.fixture("db", Scope::session, 5.0, users);
        return result.profile();
    };
    // Under loadfile a.py takes 2 + 40 s on one worker, and 5 s more once it uses the fixture.
    const GateVerdict verdict = decided(suite(0), suite(10), {"processes=4,dist=loadfile"});
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).kind == "fixture");
    CHECK(first_culprit(verdict).subject == "db");
    CHECK(first_culprit(verdict).wall_loss.value() == doctest::Approx(5.0));
}

TEST_CASE("a longer start or collection fails, for each worker repeats it") {
    Suite slow_start = example();
    slow_start.made.session.configure = cost(1.2);
    const GateVerdict verdict = decided(example().profile(), slow_start.profile());
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).kind == "start");

    Suite slow_collection = example();
    slow_collection.made.session.collection = cost(0.2, 0.9);
    CHECK(
        first_culprit(decided(example().profile(), slow_collection.profile())).kind == "collection"
    );
}

TEST_CASE("a cold disk does not make a start slower") {
    Suite cold = example();
    cold.made.session.start = cost(2.0, 3.0);
    cold.made.session.start.major_faults = 5000;
    CHECK(decided(example().profile(), cold.profile()).outcome == GateOutcome::pass);
}

TEST_CASE("where all tests differ between the profiles, a change must differ by more") {
    const auto changed = [](double scatter) {
        Suite head = example();
        for (std::size_t i = 0; i < 39; ++i) {
            head.made.tests[i].call = cost(i % 2 == 0 ? 1.0 / scatter : scatter);
        }
        head.made.tests[39].call = cost(1.8);
        return changes_between(example().profile(), head.profile()).tests_changed;
    };
    // 80 % more exceeds 40 % in a quiet pair; with tests 25 % up and down the robust deviation is
    // 1.48 * log(1.25) = 0.33, and the bound 40 % + 66 %.
    CHECK(changed(1.0) == 1);
    CHECK(changed(1.25) == 0);
}

TEST_CASE("a slower machine changes nothing") {
    Suite slow = example();
    slow.made.session.start = cost(2.0 * 1.5);
    for (TestCost& test : slow.made.tests) {
        test.call = cost(1.5);
    }
    const Changes changes = changes_between(example().profile(), slow.profile());
    CHECK(changes.matching.speed_ratio == doctest::Approx(1.5));
    CHECK(changes.material.empty());
    CHECK(changes.head.run.wall.value() == doctest::Approx(42.0));
}

TEST_CASE("a slower machine does not hide a slower test") {
    Suite slow = example();
    for (TestCost& test : slow.made.tests) {
        test.call = cost(1.5);
    }
    slow.made.tests[39].call = cost(15.0);  // 10 s on base's machine
    const GateVerdict verdict = decided(example().profile(), slow.profile());
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).subject == "a.py::test_39");
    CHECK(first_culprit(verdict).head.value() == doctest::Approx(10.0));
}

TEST_CASE("many tests of one file that each got a little slower are one change") {
    // 0.2 s more of waiting is below what one test can be told apart by; 20 of them are 4 s.
    Suite base = example();
    base.tests("b.py", 20, 0.1);
    Suite head = example();
    head.tests("b.py", 20, 0.1, 0.2);
    const GateVerdict verdict = decided(base.profile(), head.profile());
    CHECK(verdict.outcome == GateOutcome::regression);
    CHECK(first_culprit(verdict).kind == "file");
    CHECK(first_culprit(verdict).subject == "b.py");
    CHECK(verdict.tests_changed == 20);
}

TEST_CASE("tests tied into one group fail where groups stay together") {
    // The fake model knows no groups, so the change is looked at by itself.
    Suite head = example();
    for (TestCost& test : head.made.tests) {
        test.groups = {"serial"};
    }
    const Changes changes = changes_between(example().profile(), head.profile());
    REQUIRE(changes.material.size() == 1);
    CHECK(changes.material.front().kind == ChangeKind::group_changed);
    CHECK(changes.material.front().subject == "serial");
    CHECK(cost_by_themselves(changes, configuration("processes=4,dist=loadgroup")) == Seconds(40));
    const Profile undone = undo(example().profile(), changes, changes.material.front());
    CHECK(undone.tests.front().groups.empty());
}

TEST_CASE("a tiny new test that by luck makes a fixture repeated is no regression") {
    // Two workers, 1 s of start. a: 2 s on the first; p: 5.1 s with the fixture on the second, to
    // 6.1 s; b: to 6.105 s on the first; q goes to the second, which has the fixture: 6.2 s.
    // With 10 ms more on the second, q goes to the first and pays for the fixture: 11.205 s.
    const auto suite = [](bool with_new) {
        Suite result(2);
        result.test("a.py::a", 2.0);
        const std::uint32_t p = result.test("a.py::p", 0.1);
        result.test("a.py::b", 3.105);
        if (with_new) {
            result.test("a.py::new", 0.01);
        }
        result.fixture("db", Scope::session, 5.0, {p, result.test("a.py::q", 0.1)});
        return result.profile();
    };
    const GateVerdict verdict = decided(suite(false), suite(true), {"processes=2,dist=load"});
    CHECK(verdict.comparisons.at(0).base_wall.value() == doctest::Approx(6.2));
    CHECK(verdict.comparisons.at(0).head_wall.value() == doctest::Approx(11.205));
    CHECK(verdict.outcome == GateOutcome::pass);
}

TEST_CASE("removed tests cannot fail the gate") {
    Suite base = example();
    base.tests("b.py", 10, 1.0);
    const GateVerdict verdict = decided(base.profile(), example().profile());
    CHECK(verdict.outcome == GateOutcome::pass);
    CHECK(verdict.tests_removed == 10);
}

TEST_CASE("tests with the same id are matched by their order") {
    Suite base(2);
    base.test("a.py::same", 1.0);
    base.test("a.py::same", 5.0);
    Suite head(2);
    head.test("a.py::same", 1.0);
    head.test("a.py::same", 5.0);
    const Changes changes = changes_between(base.profile(), head.profile());
    CHECK(changes.material.empty());
    CHECK(changes.matching.common_tests == 2);
}

TEST_CASE("fresh recordings of an unchanged suite pass, on machines 20 % apart") {
    const std::vector<std::string> specs{
        "processes=4,dist=load", "processes=8,dist=load", "processes=8,dist=loadfile"};
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Profile truth = mixed_suite(seed);
        const Profile base = recorded_again(truth, 1000 + seed, 1.0, k_outliers);
        const Profile head =
            recorded_again(truth, 2000 + seed, seed % 2 == 0 ? 1.2 : 0.83, k_outliers);
        const GateVerdict verdict = decided(base, head, specs);
        CAPTURE(seed);
        CAPTURE(verdict.reason);
        CHECK(verdict.outcome == GateOutcome::pass);
    }
}

TEST_CASE("through the same noise a fixture that got 2 s slower is found and named") {
    const std::vector<std::string> specs{"processes=4,dist=load", "processes=8,dist=load"};
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Profile truth = mixed_suite(seed);
        Profile changed = truth;
        changed.fixtures.back().setup = cost(1.2, 1.8);  // db: 1 s to 3 s
        const Profile base = recorded_again(truth, 1000 + seed, 1.0, k_outliers);
        const Profile head =
            recorded_again(changed, 2000 + seed, seed % 2 == 0 ? 1.2 : 0.83, k_outliers);
        const GateVerdict verdict = decided(base, head, specs);
        CAPTURE(seed);
        CHECK(verdict.outcome == GateOutcome::regression);
        CHECK(first_culprit(verdict).subject == "db");
    }
}
