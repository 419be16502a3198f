#include "advisor/advise/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "advise/build.hpp"
#include "advise/plan_choice.hpp"
#include "advise/rebuild.hpp"
#include "advise/shard.hpp"

using namespace advisor;
using building::configuration;
using building::Suite;

namespace {

PlanPoint point(double cost, std::uint32_t machines, double high) {
    PlanPoint result;
    result.configuration.shards = machines;
    result.cost = cost;
    result.wall.high = Seconds(high);
    result.meets_target = true;
    return result;
}

ModelParameters one_core() {
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}};
    return parameters;
}

ShardManifest two_machines(const Suite& suite) {
    return shards_of(suite.profile(), one_core(), point(0.0, 2, 0.0));
}

}  // namespace

TEST_CASE("a job is billed in whole minutes, one at least") {
    CHECK(billed_minutes(Seconds(0)) == 1);
    CHECK(billed_minutes(Seconds(59.9)) == 1);
    CHECK(billed_minutes(Seconds(60)) == 1);
    CHECK(billed_minutes(Seconds(60.1)) == 2);
    CHECK(billed_minutes(Seconds(180)) == 3);
    CHECK(billed_minutes(Seconds(3600)) == 60);
}

TEST_CASE("each machine is billed for itself, its set-up included") {
    PlanPoint three;
    three.machine.price_per_minute = 0.008;
    three.machine.setup = Seconds(30);
    // 30 + 100 = 130 s: 3 min; 30 + 80 = 110 s: 2 min; 30 + 30 = 60 s: 1 min. 6 * 0.008 = 0.048
    three = billed(three, {Seconds(100), Seconds(80), Seconds(30)});
    CHECK(three.billed_minutes == 6);
    CHECK(three.cost == doctest::Approx(0.048));
}

TEST_CASE("the cheapest point that meets the target and fits is chosen") {
    auto late = point(0.01, 1, 500);
    late.meets_target = false;
    auto large = point(0.02, 1, 100);
    large.fits_memory = false;
    CHECK(cheapest({late, large, point(0.05, 2, 200), point(0.04, 4, 250)}) == 3);
    CHECK(cheapest({late, large}) == std::nullopt);
    CHECK(cheapest({}) == std::nullopt);
}

TEST_CASE("equally cheap points go to fewer machines, then to the shorter wall") {
    CHECK(cheapest({point(0.04, 4, 100), point(0.04, 2, 200), point(0.04, 2, 180)}) == 2);
}

TEST_CASE("a capacity curve is stretched core by core") {
    ModelParameters local;
    local.capacity = {{1, 1.0}, {2, 1.8}, {4, 1.9}};
    // Four times the cores: (2, 1.8) becomes (8, 7.2); one process still computes on one core.
    const auto eight = stretched(local, 2.0, 8);
    CHECK(eight.capacity == std::vector<CapacityPoint>{{1, 1.0}, {4, 4.0}, {8, 7.2}, {16, 7.6}});
    const auto same = stretched(local, 2.0, 2);
    CHECK(same.capacity == local.capacity);
    // Half the cores: (2, 1.8) becomes (1, 0.9), but alone a process has a whole core.
    const auto one = stretched(local, 2.0, 1);
    CHECK(one.capacity == std::vector<CapacityPoint>{{1, 1.0}, {2, 1.0}});
}

TEST_CASE("a curve that ends before the local cores promises no less for more of them") {
    ModelParameters local;
    local.capacity = {{1, 1.0}};
    CHECK(capacity_at(stretched(local, 8.0, 4), 4.0) == doctest::Approx(4.0));
}

TEST_CASE("files are dealt longest first, each whole, collection order kept") {
    Suite suite;
    suite.tests("a.py", 2, 1.0);  // 2 s
    suite.tests("b.py", 1, 7.0);  // 7 s
    suite.tests("c.py", 2, 2.0);  // 4 s
    suite.tests("d.py", 1, 3.0);  // 3 s
    // 7 | 4, then 3 to the second (7), then 2 to the first of equals (9): b a | c d
    const ShardManifest dealt = two_machines(suite);
    REQUIRE(dealt.shards.size() == 2);
    CHECK(dealt.shards[0].files == std::vector<std::string>{"a.py", "b.py"});
    CHECK(dealt.shards[0].tests == 3);
    CHECK(dealt.shards[1].files == std::vector<std::string>{"c.py", "d.py"});
    CHECK(dealt.shards[1].tests == 3);
    CHECK(dealt.configuration == Configuration{});
    CHECK(shard_name(dealt, 1) == "2-of-2");
}

TEST_CASE("files without a recorded time are spread, too") {
    Suite suite;
    suite.tests("a.py", 1, 0.0);
    suite.tests("b.py", 1, 0.0);
    const ShardManifest dealt = two_machines(suite);
    CHECK(dealt.shards[0].tests == 1);
    CHECK(dealt.shards[1].tests == 1);
}

TEST_CASE("a shard takes what the machine's set-up and its tests take") {
    Suite suite;
    suite.tests("a.py", 2, 3.0);
    suite.tests("b.py", 1, 4.0);
    PlanPoint two = point(0.0, 2, 0.0);
    two.machine.setup = Seconds(20);
    const ShardManifest dealt = shards_of(suite.profile(), one_core(), two);
    CHECK((dealt.shards[0].wall - dealt.shards[1].wall).value() == doctest::Approx(2.0));
    CHECK(dealt.shards[1].wall >= Seconds(24));
}

TEST_CASE("a module fixture counts for its file, a session fixture for none") {
    Suite suite;
    suite.tests("a.py", 1, 1.0);
    suite.tests("b.py", 1, 2.0);
    suite.tests("c.py", 1, 2.5);
    suite.fixture("slow", Scope::module, 10.0, {0});
    suite.fixture("shared", Scope::session, 50.0, {1});
    // a takes 11 s, so b and c share the other machine.
    CHECK(two_machines(suite).shards[0].files == std::vector<std::string>{"a.py"});
}

TEST_CASE("every test is in exactly one part, for any number of machines") {
    Suite suite;
    for (int file = 0; file < 7; ++file) {
        suite.tests("f" + std::to_string(file) + ".py", 5, 0.1 * file);
    }
    const Profile profile = suite.profile();
    for (std::uint32_t machines = 1; machines <= 9; ++machines) {
        std::multiset<std::uint32_t> dealt;
        for (const auto& part : shard_indices(profile, machines)) {
            CHECK(std::is_sorted(part.begin(), part.end()));
            dealt.insert(part.begin(), part.end());
        }
        const auto all = building::all_tests(profile);
        CHECK(dealt == std::multiset<std::uint32_t>(all.begin(), all.end()));
    }
}

TEST_CASE("a part of a profile keeps the fixtures that it uses and loses the others") {
    Suite suite;
    suite.tests("a.py", 2, 1.0);
    suite.tests("b.py", 2, 1.0);
    suite.fixture("session", Scope::session, 4.0, {0, 1, 2, 3});
    suite.fixture("only_a", Scope::module, 3.0, {0, 1});
    const std::uint32_t each = suite.fixture("each", Scope::module, 1.0, {0, 1});
    suite.again(each, 2.0, {2, 3});
    const Profile part = part_of(suite.profile(), {2, 3});
    // Start 1 s, two tests of 1 s, "session" 4 s once more, the second "each" 2 s.
    REQUIRE(part.fixtures.size() == 2);
    CHECK(part.run.wall.value() == doctest::Approx(9.0));
    for (const FixtureInstance& instance : part.fixtures) {
        CHECK(instance.requested_by.value < part.tests.size());
    }
}

TEST_CASE("more machines than files are no question of memory") {
    Suite suite;
    suite.tests("a.py", 2, 1.0);
    suite.tests("b.py", 2, 1.0);
    PlanOptions options;
    MachineType type;
    type.name = "small";
    type.cores = 2;
    type.memory = Bytes(8'000'000'000);
    options.machines = {type};
    options.target = Seconds(300);
    options.configurations = {configuration("shards=3,processes=2,dist=load")};
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}, {2, 2.0}};
    const CapacityPlan none = plan(suite.profile(), parameters, options);
    CHECK(none.points.empty());
    CHECK(
        none.reason
        == "Not planned: shards=3,processes=2,dist=load, since the tests are in 2 files, and a "
           "file "
           "stays whole on one machine."
    );
    options.configurations.push_back(configuration("shards=2,sequential"));
    const CapacityPlan one = plan(suite.profile(), parameters, options);
    CHECK(one.points.size() == 1);
    CHECK(one.chosen == 0);
    CHECK(
        one.reason.find("nothing that meets the target is cheaper. Not planned: shards=3,")
        != std::string::npos
    );
}
