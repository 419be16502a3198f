#include "advisor/measure/merge_profiles.hpp"

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

using namespace advisor;

namespace {

Cost cost(double wall) {
    Cost cost;
    cost.wall = Seconds(wall);
    cost.cpu_user = Seconds(wall / 2);
    cost.core_wait = {Seconds(wall / 8), Source::measured};
    cost.voluntary_switches = 4;
    return cost;
}

TestCost test(const std::string& id, double wall, TestOutcome outcome = TestOutcome::passed) {
    TestCost test;
    test.id = id;
    test.outcome = outcome;
    test.call = cost(wall);
    test.peak_rss = Bytes(1000);
    test.waits = {{WaitReason::sleep, Seconds(wall / 4)}, {WaitReason::disk, Seconds(wall / 16)}};
    return test;
}

/// A complete run on a quiet machine.
Profile run(std::vector<TestCost> tests) {
    Profile profile;
    profile.tests = std::move(tests);
    profile.run.exit_code = 0;
    profile.run.complete = true;
    for (const TestCost& test : profile.tests) {
        profile.run.wall += test.total().wall;
        if (is_failure(test.outcome)) {
            profile.run.exit_code = 1;
        }
    }
    profile.session.loop = cost(profile.run.wall.value());
    profile.fixture_definitions = {{"db", Scope::module, "a.py"}};
    profile.fixtures.resize(1);
    profile.fixtures[0].setup = cost(profile.run.wall.value() / 10);
    profile.disturbance.foreign_fraction = {0.01, Source::derived};
    profile.counted = {"PAGE-FAULTS"};
    for (TestCost& test : profile.tests) {
        test.counts = {static_cast<std::int64_t>(test.call.wall.value() * 1e4)};
    }
    profile.counters = {{"TASK-CLOCK", {profile.run.wall.value() * 1e9, Source::measured}}};
    profile.missing = {{"CYCLES", "no PMU"}};
    profile.sampling.emplace();
    profile.sampling->waits = {{WaitReason::socket, 5432, profile.run.wall, Seconds(0.001)}};
    profile.sampling->seen_whole = profile.run.wall;
    return profile;
}

Profile disturbed(Profile profile) {
    profile.disturbance.foreign_fraction = {0.5, Source::derived};
    return profile;
}

/// What a profile of several runs says of the suite, without how often that was seen.
Profile bare(Profile profile) {
    profile.repeats.reset();
    for (TestCost& test : profile.tests) {
        test.wall_spread.reset();
    }
    return profile;
}

Profile random_run(Random& random) {
    std::vector<TestCost> tests;
    for (const char* id : {"a.py::x", "a.py::y", "a.py::y", "b.py::z"}) {
        if (random.below(8) > 0) {
            const bool fails = random.below(5) == 0;
            tests.push_back(test(
                id,
                0.001 * (1.0 + random.below(1000)),
                fails ? TestOutcome::failed : TestOutcome::passed
            ));
        }
    }
    tests.push_back(test("c.py::always", 0.5));
    Profile profile = run(std::move(tests));
    profile.run.complete = random.below(4) > 0;
    profile.run.started_utc = std::to_string(random.next());
    return random.below(3) == 0 ? disturbed(std::move(profile)) : profile;
}

}  // namespace

TEST_CASE("one run is its own merge") {
    const Profile profile = run({test("a.py::x", 1.0)});
    CHECK(merge_profiles({profile}) == profile);
}

TEST_CASE("runs that are alike merge into any of them, without a spread") {
    const Profile profile =
        run({test("a.py::x", 0.3), test("a.py::x", 0.1), test("b.py::y", 2.0, TestOutcome::failed)}
        );
    for (std::size_t count = 2; count <= 5; ++count) {
        const Profile merged = merge_profiles(std::vector<Profile>(count, profile));
        CHECK(bare(merged) == profile);
        CHECK(merged.repeats->runs == count);
        CHECK(merged.repeats->merged() == count);
        CHECK(merged.repeats->unsteady.empty());
        for (const TestCost& each : merged.tests) {
            CHECK(each.wall_spread == 0.0);
        }
    }
}

TEST_CASE("every measure is the median over the runs") {
    const Profile merged = merge_profiles(
        {run({test("a.py::x", 1.0)}), run({test("a.py::x", 3.0)}), run({test("a.py::x", 1.5)})}
    );
    CHECK(
        merged
        == merge_profiles(
            {run({test("a.py::x", 1.0)}), run({test("a.py::x", 1.5)}), run({test("a.py::x", 3.0)})}
        )
    );
    CHECK(bare(merged) == run({test("a.py::x", 1.5)}));
    CHECK(merged.repeats->shortest == run({test("a.py::x", 1.0)}).run.wall);
    CHECK(merged.repeats->longest == run({test("a.py::x", 3.0)}).run.wall);
    CHECK(merged.repeats->are_unlike());
    // Distances to 1.5 are 0, 0.5 and 1.5: MAD 0.5, and 1.4826 x 1.495 x 0.5 / 1.5 = 0.7388.
    CHECK(merged.tests[0].wall_spread.value() == doctest::Approx(0.7388).epsilon(0.001));
}

TEST_CASE("of an even number of runs the median is the mean of the two in the middle") {
    const Profile merged =
        merge_profiles({run({test("a.py::x", 1.0)}), run({test("a.py::x", 2.0)})});
    CHECK(merged.tests[0].call.wall == Seconds(1.5));
    CHECK(merged.tests[0].call.core_wait.value() == Seconds(1.5 / 8));
    CHECK(merged.run.wall == Seconds(1.5));
    // MAD 0.5: the standard deviation of two values, 0.8865 times their distance, by 1.5.
    CHECK(merged.tests[0].wall_spread.value() == doctest::Approx(0.591).epsilon(0.001));
}

TEST_CASE("the count of a test is the median over the runs that have it") {
    const auto counted = [](std::vector<std::string> events, std::vector<std::int64_t> counts) {
        Profile profile = run({test("a.py::x", 1.0)});
        profile.counted = std::move(events);
        profile.tests[0].counts = std::move(counts);
        return profile;
    };
    const Profile merged = merge_profiles(
        {counted({"A", "B"}, {10, 700}), counted({"B", "A"}, {500, 30}), counted({"A"}, {12})}
    );
    REQUIRE(merged.counted.size() == 2);
    const bool a_first = merged.counted[0] == "A";
    CHECK(merged.tests[0].counts[a_first ? 0 : 1] == 12);
    CHECK(merged.tests[0].counts[a_first ? 1 : 0] == 600);

    // Without any count of one event a test has none at all.
    Profile other = counted({"B"}, {500});
    other.tests.push_back(test("a.py::only-here", 1.0));
    other.tests[1].counts = {9};
    const Profile uneven = merge_profiles({counted({"A"}, {10}), other, other});
    CHECK(uneven.tests[0].counts.size() == 2);
    CHECK(uneven.tests[1].counts.empty());

    CHECK(merge_profiles({counted({}, {}), counted({}, {})}).tests[0].counts.empty());
}

TEST_CASE("the order of the runs does not matter") {
    Random random(3);
    for (int round = 0; round < 200; ++round) {
        std::vector<Profile> runs;
        for (std::uint32_t i = 2 + random.below(4); i > 0; --i) {
            runs.push_back(random_run(random));
        }
        const Profile merged = merge_profiles(runs);
        std::rotate(runs.begin(), runs.begin() + 1, runs.end());
        REQUIRE(merge_profiles(runs) == merged);
        std::reverse(runs.begin(), runs.end());
        REQUIRE(merge_profiles(runs) == merged);
    }
}

TEST_CASE("a single run that went otherwise moves nothing") {
    const Profile usual = run({test("a.py::x", 0.5), test("b.py::y", 0.25)});
    const std::vector<Profile> outliers{
        run({test("a.py::x", 50.0), test("b.py::y", 0.001)}),
        run({test("a.py::x", 0.5, TestOutcome::failed), test("b.py::y", 0.25)}),
        run({test("b.py::y", 0.25)}),
        run({test("a.py::x", 0.5), test("a.py::only-once", 0.1), test("b.py::y", 0.15)}),
        disturbed(run({test("a.py::x", 9.0), test("b.py::y", 9.0)}))};
    for (const Profile& outlier : outliers) {
        CHECK(bare(merge_profiles({usual, outlier, usual})) == usual);
        CHECK(bare(merge_profiles({outlier, usual, usual, usual})) == usual);
    }
}

TEST_CASE("a test that ends in two ways is named, and has the outcome of most runs") {
    const auto with = [](TestOutcome outcome) { return run({test("a.py::x", 1.0, outcome)}); };
    const Profile merged = merge_profiles(
        {with(TestOutcome::passed), with(TestOutcome::failed), with(TestOutcome::passed)}
    );
    CHECK(merged.tests[0].outcome == TestOutcome::passed);
    CHECK(merged.run.exit_code == 0);
    const UnsteadyTest expected{"a.py::x", {{"failed", 1}, {"passed", 2}}, 0};
    CHECK(merged.repeats->unsteady == std::vector{expected});

    const Profile even = merge_profiles({with(TestOutcome::passed), with(TestOutcome::failed)});
    CHECK(even.tests[0].outcome == TestOutcome::failed);
    CHECK(even.run.exit_code == 1);
}

TEST_CASE("times of a test are those of runs in which it ended as in most") {
    const Profile merged = merge_profiles(
        {run({test("a.py::x", 1.0)}),
         run({test("a.py::x", 1.2)}),
         run({test("a.py::x", 0.001, TestOutcome::failed)})}
    );
    CHECK(merged.tests[0].call.wall.value() == doctest::Approx(1.1));
}

TEST_CASE("a test that some runs did not collect is named") {
    const Profile with = run({test("a.py::x", 1.0), test("a.py::y", 1.0)});
    const Profile without = run({test("a.py::x", 1.0)});
    const Profile often = merge_profiles({with, without, with});
    CHECK(often.tests.size() == 2);
    CHECK(often.repeats->unsteady == std::vector{UnsteadyTest{"a.py::y", {{"passed", 2}}, 1}});
    const Profile seldom = merge_profiles({without, with, without});
    CHECK(seldom.tests.size() == 1);
    CHECK(seldom.repeats->unsteady == std::vector{UnsteadyTest{"a.py::y", {{"passed", 1}}, 2}});
}

TEST_CASE("orders of collection are counted, by the tests that all runs have") {
    const Profile one = run({test("a.py::x", 1.0), test("a.py::y", 1.0)});
    const Profile other = run({test("a.py::y", 1.0), test("a.py::x", 1.0)});
    const Profile more = run({test("a.py::x", 1.0), test("a.py::new", 1.0), test("a.py::y", 1.0)});
    CHECK(merge_profiles({one, more, one}).repeats->orders == 1);
    CHECK(merge_profiles({one, other, one}).repeats->orders == 2);
}

TEST_CASE("a run that ended early is left out where another did not") {
    Profile early = run({test("a.py::x", 7.0), test("a.py::y", 0.0, TestOutcome::not_run)});
    early.run.complete = false;
    early.run.incomplete_because = "signal 9 ended pytest";
    const Profile whole = run({test("a.py::x", 1.0), test("a.py::y", 1.0)});
    const Profile merged = merge_profiles({early, whole});
    CHECK(bare(merged) == whole);
    CHECK(merged.repeats->incomplete == 1);
    CHECK(merged.repeats->merged() == 1);
    CHECK(merged.repeats->unsteady.empty());
    CHECK_FALSE(merged.tests[0].wall_spread.has_value());

    const Profile only_early = merge_profiles({early, early});
    CHECK_FALSE(only_early.run.complete);
    CHECK(only_early.run.incomplete_because == "signal 9 ended pytest");
    CHECK(only_early.tests[1].outcome == TestOutcome::not_run);
    CHECK(only_early.repeats->merged() == 2);
}

TEST_CASE("runs on a disturbed machine are left out where another was quiet") {
    const Profile quiet = run({test("a.py::x", 1.0)});
    const Profile loud = disturbed(run({test("a.py::x", 2.0)}));
    const Profile merged = merge_profiles({loud, quiet, loud});
    CHECK(bare(merged) == quiet);
    CHECK(merged.repeats->disturbed == 2);

    const Profile all_loud = merge_profiles({loud, loud});
    CHECK(bare(all_loud) == loud);
    CHECK(is_disturbed(all_loud.disturbance));
    CHECK(all_loud.repeats->disturbed == 0);
}

TEST_CASE("runs of which nothing could be recorded are counted") {
    const Profile one = run({test("a.py::x", 1.0)});
    for (const std::size_t count : {1U, 2U}) {
        const Profile merged = merge_profiles(std::vector<Profile>(count, one), 2);
        CHECK(bare(merged).tests.size() == 1);
        REQUIRE(merged.repeats);
        CHECK(merged.repeats->runs == count + 2);
        CHECK(merged.repeats->unrecorded == 2);
        CHECK(merged.repeats->merged() == count);
    }
}

TEST_CASE("a fixture of another number in another run is the same by its name") {
    Profile first = run({test("a.py::x", 1.0), test("b.py::y", 1.0)});
    first.fixture_definitions = {{"db", Scope::module, "a.py"}, {"net", Scope::module, "b.py"}};
    first.fixtures.resize(2);
    first.fixtures[0] = {{{0}}, {0}, Seconds(0), cost(1.0), Seconds(0), cost(0.0)};
    first.fixtures[1] = {{{1}}, {1}, Seconds(1), cost(8.0), Seconds(2), cost(0.0)};
    Profile second = first;
    std::swap(second.fixture_definitions[0], second.fixture_definitions[1]);
    std::swap(second.fixtures[0], second.fixtures[1]);
    second.fixtures[0].use = {{0}};
    second.fixtures[1].use = {{1}};
    for (FixtureInstance& instance : second.fixtures) {
        instance.setup = instance.setup + instance.setup;
    }
    const Profile merged = merge_profiles({first, second});
    for (const FixtureInstance& instance : merged.fixtures) {
        const bool is_db = merged.fixture_definitions[instance.use.fixture.value].name == "db";
        CHECK(instance.setup.wall == Seconds(is_db ? 1.5 : 12.0));
    }
}

TEST_CASE("a fixture of function scope is that of the same test") {
    Profile first = run({test("a.py::x", 1.0), test("b.py::y", 1.0)});
    first.fixture_definitions = {{"db", Scope::function, "a.py"}};
    const auto fixture = [](std::uint32_t test, double s) {
        return FunctionFixture{{test}, {}, Seconds(s), Seconds(s / 2), Seconds(s / 4), Seconds(0)};
    };
    first.fixtures.clear();
    first.function_fixtures = {fixture(0, 1.0), fixture(1, 8.0)};
    Profile second = first;
    second.function_fixtures = {fixture(1, 16.0), fixture(0, 2.0)};
    const Profile merged = merge_profiles({first, second});
    CHECK(
        merged.function_fixtures == std::vector<FunctionFixture>{fixture(0, 1.5), fixture(1, 12.0)}
    );
}

TEST_CASE("what any run measured is not missing, and of it the others' median is taken") {
    Profile blind = run({test("a.py::x", 1.0)});
    blind.tests[0].call.core_wait = {};
    blind.missing.push_back({"the GIL", "self-test failed"});
    const Profile seeing = run({test("a.py::x", 1.0)});
    const Profile merged = merge_profiles({blind, seeing});
    CHECK(merged.missing == seeing.missing);
    CHECK(merged.tests[0].call.core_wait == seeing.tests[0].call.core_wait);
    CHECK_FALSE(merge_profiles({blind, blind}).tests[0].call.core_wait.has_value());
}
