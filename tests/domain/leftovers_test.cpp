#include "advisor/domain/leftovers.hpp"

#include <advisor/domain/profile.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace advisor;

namespace {

HoldingsChange threads(std::uint32_t test, std::int32_t change) {
    return {{test}, {test}, {}, {change, 0, 0}};
}

std::vector<std::int32_t> threads_that_remain(const std::vector<HoldingsChange>& changes) {
    std::vector<std::int32_t> counts;
    for (const Holdings& kept : remaining(changes)) {
        counts.push_back(kept.threads);
    }
    return counts;
}

using Counts = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("what is never undone remains") {
    CHECK(threads_that_remain({threads(0, 1), threads(3, 2)}) == Counts{1, 2});
}

TEST_CASE("what a later change undoes does not remain") {
    // 0 -> 2 -> 3 -> 2: the third change ends what the second began.
    CHECK(threads_that_remain({threads(0, 2), threads(1, 1), threads(2, -1)}) == Counts{2, 0, 0});
    // 0 -> 2 -> 1: one of the two.
    CHECK(threads_that_remain({threads(0, 2), threads(1, -1)}) == Counts{1, 0});
}

TEST_CASE("what was there before all tests is not left by one of them") {
    // The first ended a thread that it had not begun; the one that came after it is the second's.
    CHECK(threads_that_remain({threads(0, -1), threads(1, 1)}) == Counts{0, 1});
    CHECK(threads_that_remain({threads(0, -2)}) == Counts{0});
}

TEST_CASE("a fixture's tear-down undoes its set-up, not what a test left in between") {
    const std::optional<FixtureIndex> pipe{FixtureIndex{0}};
    const std::vector<Holdings> kept = remaining(
        {{{0}, {0}, pipe, {0, 2, 0}}, {{1}, {1}, {}, {0, 1, 1}}, {{2}, {2}, pipe, {0, -2, 0}}}
    );
    CHECK(kept == std::vector<Holdings>{{0, 0, 0}, {0, 1, 1}, {0, 0, 0}});
}

TEST_CASE("kinds are counted apart") {
    const std::vector<Holdings> kept =
        remaining({{{0}, {0}, {}, {1, -3, 1}}, {{1}, {1}, {}, {-1, 4, 0}}});
    CHECK(kept == std::vector<Holdings>{{0, 0, 1}, {0, 4, 0}});
}

TEST_CASE("leavers are named once, by test, by range, and by fixture") {
    Profile profile;
    for (const char* id : {"a.py::x", "a.py::y", "a.py::z"}) {
        profile.tests.emplace_back().id = id;
    }
    profile.fixture_definitions = {{"db", Scope::session, ""}};
    profile.leftovers.emplace().changes = {
        {{0}, {0}, {FixtureIndex{0}}, {0, 1, 0}},
        {{0}, {1}, {}, {0, 2, 0}},
        {{2}, {2}, {}, {1, 0, 0}},
        {{2}, {2}, {}, {0, 3, 0}}};
    const std::vector<Leaver> found = leavers(profile);
    REQUIRE(found.size() == 3);
    CHECK(found[0].name == "fixture db");
    CHECK(found[0].left == Holdings{0, 1, 0});
    CHECK(found[1].name == "a.py::x to a.py::y");
    CHECK(found[2].name == "a.py::z");
    CHECK(found[2].left == Holdings{1, 3, 0});
}

TEST_CASE("nobody is named where nothing was counted") {
    CHECK(leavers(Profile()).empty());
}
