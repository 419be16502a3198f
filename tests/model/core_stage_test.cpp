#include "model/core_stage.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "model/build.hpp"

using namespace advisor;
using namespace advisor::model;
using building::demand;
using building::free_runner;
using building::machine;
using doctest::Approx;

TEST_CASE("a demand alone takes its time") {
    CoreStage stage(free_runner(1), machine(1), 2);
    CHECK(std::isinf(stage.next_end()));
    stage.begin(1, demand(2.0, 3.0));
    CHECK(stage.next_end() == Approx(5.0));
    CHECK(stage.end_next() == 1);
    CHECK(stage.now() == Approx(5.0));
    CHECK(std::isinf(stage.next_end()));
}

TEST_CASE("two that compute on one core share it, and who is left goes on alone") {
    // Both run at half speed until the first has had its 1 s, at 2 s; the other has 2 s left.
    CoreStage stage(free_runner(1), machine(1), 2);
    stage.begin(0, demand(1.0));
    stage.begin(1, demand(3.0));
    CHECK(stage.end_next() == 0);
    CHECK(stage.now() == Approx(2.0));
    CHECK(stage.end_next() == 1);
    CHECK(stage.now() == Approx(4.0));
}

TEST_CASE("who waits is not slowed by those who compute") {
    CoreStage stage(free_runner(1), machine(1), 3);
    stage.begin(0, demand(0.0, 1.5));
    stage.begin(1, demand(1.0));
    stage.begin(2, demand(1.0));
    CHECK(stage.end_next() == 0);
    CHECK(stage.now() == Approx(1.5));
    stage.end_next();
    stage.end_next();
    CHECK(stage.now() == Approx(2.0));
}

TEST_CASE("a later arrival slows from its arrival on") {
    // Alone until 1 s, then half speed: the remaining 1 s takes until 3 s.
    CoreStage stage(free_runner(1), machine(1), 2);
    stage.begin(0, demand(2.0));
    stage.advance(1.0);
    stage.begin(1, demand(5.0));
    CHECK(stage.end_next() == 0);
    CHECK(stage.now() == Approx(3.0));
}

TEST_CASE("of several that end at once the lowest slot is first") {
    CoreStage stage(free_runner(4), machine(4), 4);
    stage.begin(3, demand(1.0));
    stage.begin(1, demand(0.0, 1.0));
    stage.begin(2, demand(1.0));
    CHECK(stage.end_next() == 1);
    CHECK(stage.end_next() == 2);
    CHECK(stage.end_next() == 3);
    CHECK(stage.now() == 1.0);
}

TEST_CASE("a demand of nothing ends at once") {
    CoreStage stage(free_runner(1), machine(1), 1);
    stage.begin(0, Demand{});
    CHECK(stage.end_next() == 0);
    CHECK(stage.now() == 0.0);
}

TEST_CASE("helpers on further cores compete too") {
    // 1 s on two cores of one: it takes two, as it needs 2 s of CPU.
    CoreStage stage(free_runner(1), machine(1), 1);
    Demand wide = demand(2.0);
    wide.overlapped = Seconds(1.0);
    stage.begin(0, wide);
    stage.end_next();
    CHECK(stage.now() == Approx(2.0));
}
