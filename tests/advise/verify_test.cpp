#include "advisor/advise/verify.hpp"

#include <doctest/doctest.h>

#include "advise/build.hpp"

using namespace advisor;
using building::configuration;
using doctest::Approx;

namespace {

Prediction promise(const std::string& spec, double wall, double low, double mid, double high) {
    Prediction prediction;
    prediction.configuration = configuration(spec);
    prediction.wall = {Seconds(wall), Seconds(wall), Seconds(wall)};
    prediction.speedup = {low, mid, high};
    return prediction;
}

VerifiedConfiguration
seen(const std::string& spec, const std::vector<double>& walls, double low = 1.0) {
    VerifiedConfiguration run;
    run.prediction = promise(spec, walls.front(), low, low + 0.2, low + 0.4);
    for (const double wall : walls) {
        run.walls.emplace_back(wall);
    }
    run.exit_codes.assign(walls.size(), 0);
    return run;
}

}  // namespace

TEST_CASE("a promise is kept by the speed-up, whatever the machine's speed is that day") {
    const Verification kept = verify(
        {seen("sequential", {20.0, 22.0, 18.0}),
         seen("processes=2,dist=load", {10.0, 11.0, 9.0}, 1.9)}
    );
    CHECK(kept.holds);
    CHECK(kept.configurations[1].wall == Seconds(10.0));
    CHECK(*kept.configurations[1].speedup == Approx(2.0));
    CHECK(*kept.noise == Approx(0.1));  // (22 - 18) / 2 / 20
}

TEST_CASE("less speed-up than the low end less the noise is a broken promise, and named") {
    // Nothing differs between the rounds: no noise.
    const Verification broken =
        verify({seen("sequential", {20.0, 20.0}), seen("processes=2,dist=load", {10.0, 10.0}, 2.1)}
        );
    CHECK_FALSE(broken.holds);
    CHECK(broken.reason.find("2 processes, load") == 0);
    CHECK(broken.reason.find("2.00 times as fast") != std::string::npos);
    // With 10 % of noise 1.89 would still do.
    CHECK(verify({seen("sequential", {20.0, 22.0, 18.0}),
                  seen("processes=2,dist=load", {10.0, 11.0, 9.0}, 2.1)})
              .holds);
}

TEST_CASE("the speed-up is taken within each round") {
    // In the second round the machine is half as fast; medians of the walls would say 1.5.
    const Verification fair = verify(
        {seen("sequential", {20.0, 40.0, 40.0}), seen("processes=2,dist=load", {10.0, 20.0, 20.0})}
    );
    CHECK(*fair.configurations[1].speedup == Approx(2.0));
}

TEST_CASE("another exit code than the sequential run's breaks the promise; the same one does not") {
    VerifiedConfiguration sequential = seen("sequential", {2.0});
    VerifiedConfiguration parallel = seen("processes=2,dist=load", {1.0});
    sequential.exit_codes = parallel.exit_codes = {1};
    const Verification same = verify({sequential, parallel});
    CHECK(same.holds);
    CHECK_FALSE(same.noise.has_value());  // a single round
    parallel.exit_codes = {125};
    const Verification other = verify({sequential, parallel});
    CHECK_FALSE(other.holds);
    CHECK(
        other.reason.find("exits with 125 where the sequential run exits with 1")
        != std::string::npos
    );
}

TEST_CASE("nothing that was run is no success") {
    CHECK_FALSE(verify({}).holds);
    CHECK_FALSE(verify({VerifiedConfiguration{}}).holds);
}

TEST_CASE("a wall of zero, from a broken clock, is no division by it") {
    const Verification zero =
        verify({seen("sequential", {0.0, 0.0}), seen("processes=2,dist=load", {0.0, 0.0})});
    CHECK(*zero.configurations[1].speedup == Approx(1.0));
}

TEST_CASE("the best of each mode that can run is worth verifying") {
    Advice advice;
    advice.predictions = {
        promise("forked=4", 1, 1, 1, 1),
        promise("forked=2", 1, 1, 1, 1),
        promise("threads=4", 1, 1, 1, 1),
        promise("processes=4,dist=load", 1, 1, 1, 1),
        promise("processes=2,dist=worksteal", 1, 1, 1, 1),
        promise("processes=4,dist=planned", 1, 1, 1, 1),
        promise("sequential", 1, 1, 1, 1)};
    advice.predictions[2].can_run = false;
    const auto specs = [&](std::size_t most) {
        std::vector<std::string> names;
        for (const Prediction& prediction : worth_verifying(advice, most)) {
            names.push_back(spec(prediction.configuration));
        }
        return names;
    };
    CHECK(
        specs(5)
        == std::vector<std::string>{"forked=4", "processes=4,dist=load", "processes=4,dist=planned"}
    );
    CHECK(specs(1) == std::vector<std::string>{"forked=4"});
}
