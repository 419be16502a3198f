#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "model/build.hpp"
#include "model/gil_stage.hpp"
#include "model/gil_station.hpp"

using namespace advisor;
using namespace advisor::model;
using building::demand;
using building::free_runner;
using building::machine;
using doctest::Approx;

namespace {

Demand waiting(double seconds, double releases) {
    Demand result = demand(0.0, seconds);
    result.releases = releases;
    return result;
}

}  // namespace

TEST_CASE("a thread alone never waits for the GIL") {
    GilStation station(0.005);
    const std::vector<GilUse> one{{1.0, 2.0, 10.0}};
    CHECK(station.responses(one)[0] == Approx(3.0));
}

TEST_CASE("threads that only compute take turns") {
    GilStation station(0.005);
    const std::vector<GilUse> three(3, GilUse{1.0, 0.0, 0.0});
    for (const double response : station.responses(three)) {
        CHECK(response == Approx(3.0).epsilon(0.02));
    }
}

TEST_CASE("threads that only wait do not disturb each other") {
    GilStation station(0.005);
    const std::vector<GilUse> many(16, GilUse{0.0, 1.0, 5.0});
    for (const double response : station.responses(many)) {
        CHECK(response == Approx(1.0));
    }
}

TEST_CASE("a blocking call of 1 ms beside k computing threads takes 1 + 5 k ms") {
    // 1000 calls of a thread that computes 10 us between them; measured on CPython 3.9 to 3.13.
    for (const int others : {1, 2, 4}) {
        std::vector<GilUse> threads{{0.01, 1.0, 1000.0}};
        threads.resize(threads.size() + static_cast<std::size_t>(others), {1000.0, 0.0, 0.0});
        GilStation station(0.005);
        const double each_ms = station.responses(threads)[0];
        CHECK(each_ms == Approx(1.0 + 5.0 * others).epsilon(0.10));
    }
}

TEST_CASE("the GIL is never held for more than the time there is") {
    for (const double held : {0.01, 0.2, 0.7}) {
        for (const double releases : {0.0, 3.0, 200.0}) {
            std::vector<GilUse> threads(7, GilUse{held, 0.3, releases});
            threads.push_back({5.0, 0.0, 0.0});
            GilStation station(0.005);
            const auto responses = station.responses(threads);
            double used = 0.0;
            for (std::size_t i = 0; i < threads.size(); ++i) {
                CHECK(responses[i] >= threads[i].held + threads[i].elsewhere - 1e-9);
                used += threads[i].held / responses[i];
            }
            CHECK(used <= 1.0 + 1e-9);
        }
    }
}

TEST_CASE("two threads that compute under one GIL take as long as one after the other") {
    GilStage stage(free_runner(4), machine(4), 3, 2);
    stage.begin(0, demand(1.0));
    stage.begin(1, demand(1.0));
    stage.end_next();
    stage.end_next();
    CHECK(stage.now() == Approx(2.0).epsilon(0.01));
    // Each took 2 s for 1 s of work, all of it for want of the GIL.
    CHECK(stage.gil_loss(0) == Approx(1.0).epsilon(0.01));
}

TEST_CASE("threads that sleep share a GIL for nothing") {
    GilStage stage(free_runner(1), machine(1), 9, 8);
    for (std::uint32_t lane = 0; lane < 8; ++lane) {
        stage.begin(lane, waiting(0.5, 1.0));
    }
    for (int i = 0; i < 8; ++i) {
        stage.end_next();
    }
    CHECK(stage.now() == Approx(0.5));
}

TEST_CASE("what computes without the GIL uses further cores") {
    // hashlib and the like: 1 s on a core of which only 0.01 s holds the GIL.
    GilStage stage(free_runner(2), machine(2), 3, 2);
    for (std::uint32_t lane = 0; lane < 2; ++lane) {
        Demand hash = demand(1.0);
        hash.gil = Seconds(0.01);
        hash.releases = 10.0;
        stage.begin(lane, hash);
    }
    stage.end_next();
    stage.end_next();
    CHECK(stage.now() == Approx(1.0).epsilon(0.05));
}

TEST_CASE("interpreters of different processes have a GIL each") {
    GilStage stage(free_runner(2), machine(2), 5, 2);
    stage.begin(0, demand(1.0));
    stage.begin(2, demand(1.0));
    stage.end_next();
    stage.end_next();
    CHECK(stage.now() == Approx(1.0).epsilon(0.01));
}

TEST_CASE("two interpreters on one core share it") {
    GilStage stage(free_runner(1), machine(1), 5, 2);
    stage.begin(0, demand(1.0));
    stage.begin(2, demand(1.0));
    stage.end_next();
    stage.end_next();
    CHECK(stage.now() == Approx(2.0).epsilon(0.02));
}
