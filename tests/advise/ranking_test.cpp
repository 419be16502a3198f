#include "advise/ranking.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "advise/build.hpp"

using namespace advisor;
using building::prediction;

namespace {

const Preferences k_plain{0.0, Bytes(std::int64_t{16} << 30)};

std::string chosen(const std::vector<Prediction>& predictions, const Preferences& how = k_plain) {
    return spec(predictions.at(*choose(predictions, how)).configuration);
}

std::vector<std::string> order(std::vector<Prediction> predictions) {
    std::vector<std::string> specs;
    for (const Prediction& each : ranked(std::move(predictions), k_plain)) {
        specs.push_back(spec(each.configuration));
    }
    return specs;
}

std::vector<Prediction> typical() {
    return {
        prediction("sequential", 100),
        prediction("processes=2,dist=load", 55),
        prediction("processes=4,dist=load", 30.6),
        prediction("processes=4,dist=loadscope", 30.5),
        prediction("processes=8,dist=worksteal", 30.0),
        prediction("threads=8", 95),
        prediction("forked=4", 29.5)};
}

}  // namespace

TEST_CASE("among walls within 3 % of the best, fewer workers win") {
    // 30 * 1.03 = 30.9: 30.8 ties with 30, 31 does not.
    CHECK(
        chosen({prediction("processes=8,dist=load", 30), prediction("processes=4,dist=load", 30.8)})
        == "processes=4,dist=load"
    );
    CHECK(
        chosen({prediction("processes=8,dist=load", 30), prediction("processes=4,dist=load", 31)})
        == "processes=8,dist=load"
    );
}

TEST_CASE("a noisy profile widens the ties") {
    const Preferences noisy{0.08, k_plain.memory};
    // 30 * 1.08 = 32.4
    CHECK(
        chosen(
            {prediction("processes=8,dist=load", 30), prediction("processes=4,dist=load", 32)},
            noisy
        )
        == "processes=4,dist=load"
    );
    CHECK(
        noise_of({{0.01, Source::measured}, {0.05, Source::measured}, {}, {}, {}})
        == doctest::Approx(0.06)
    );
    CHECK(noise_of({{0.2, Source::measured}, {0.3, Source::measured}, {}, {}, {}}) == 0.10);
    CHECK(noise_of({}) == 0.0);
}

TEST_CASE("a tie goes to no hazard, then memory, workers, scopes, tail, in this order") {
    CHECK(
        chosen({prediction("threads=2", 30), prediction("processes=8,dist=load", 30)})
        == "processes=8,dist=load"
    );
    auto large = prediction("processes=2,dist=load", 30);
    large.peak_memory = Bytes(std::int64_t{15} << 30);  // * 1.2 = 18 of 16 GiB
    CHECK(chosen({large, prediction("processes=8,dist=load", 30)}) == "processes=8,dist=load");
    CHECK(
        chosen(
            {prediction("processes=4,dist=load", 30),
             prediction("processes=4,dist=loadscope", 30.5)}
        )
        == "processes=4,dist=loadscope"
    );
    auto narrow = prediction("processes=4,dist=worksteal", 30);
    narrow.wall.high = Seconds(30.1);
    CHECK(
        chosen({prediction("processes=4,dist=load", 30), narrow}) == "processes=4,dist=worksteal"
    );
}

TEST_CASE("advice does not depend on the order of candidates") {
    std::vector<Prediction> predictions = typical();
    const std::vector<std::string> expected = order(predictions);
    const std::string best = recommended(predictions, k_plain);
    for (std::size_t turn = 0; turn < predictions.size(); ++turn) {
        std::rotate(predictions.begin(), predictions.begin() + 1, predictions.end());
        CHECK(order(predictions) == expected);
        CHECK(recommended(predictions, k_plain) == best);
        std::reverse(predictions.begin(), predictions.end());
        CHECK(order(predictions) == expected);
    }
}

TEST_CASE("removing the winner leaves the runner-up in front") {
    std::vector<Prediction> predictions = ranked(typical(), k_plain);
    while (predictions.size() > 1) {
        const std::string second = spec(predictions[1].configuration);
        predictions.erase(predictions.begin());
        predictions = ranked(predictions, k_plain);
        CHECK(spec(predictions.front().configuration) == second);
        CHECK(predictions.front().rank == 1);
    }
}

TEST_CASE("ties are marked against the fastest") {
    // 29.5 * 1.03 = 30.385: forked=4 (29.5) and worksteal (30.0) tie, loadscope (30.5) does not.
    std::vector<std::string> ties;
    for (const Prediction& each : ranked(typical(), k_plain)) {
        if (each.tied_with_best) {
            ties.push_back(spec(each.configuration));
        }
    }
    CHECK(ties == std::vector<std::string>{"forked=4", "processes=8,dist=worksteal"});
}

TEST_CASE("what cannot run here is ranked but not recommended") {
    std::vector<Prediction> predictions = typical();
    predictions.back().can_run = false;  // forked=4, the fastest
    // Left: 30.0 with 8 workers, 30.5 and 30.6 with 4 tie (30 * 1.03 = 30.9); 4 workers, scopes.
    CHECK(recommended(predictions, k_plain) == "processes=4,dist=loadscope");
    CHECK(order(predictions).front() == "forked=4");
}

TEST_CASE("nothing is recommended that could be slower than sequential") {
    const auto against_sequential = [](Prediction other) {
        return recommended({prediction("sequential", 100), std::move(other)}, k_plain);
    };
    auto uncertain = prediction("processes=2,dist=load", 80);
    CHECK(against_sequential(uncertain) == spec(uncertain.configuration));
    uncertain.wall.high = Seconds(101);
    CHECK(against_sequential(uncertain) == "sequential");
    auto slower_at_low = prediction("processes=2,dist=load", 80);
    slower_at_low.speedup.low = 0.98;
    CHECK(against_sequential(slower_at_low) == "sequential");
    // 8 % is less than the 10 % that hazards must be paid with.
    CHECK(against_sequential(prediction("processes=2,dist=load", 92)) == "sequential");
    CHECK(against_sequential(prediction("shards=2,processes=2,dist=load", 20)) == "sequential");
    auto large = prediction("processes=8,dist=load", 20);
    large.peak_memory = Bytes(std::int64_t{14} << 30);  // * 1.2 = 16.8 of 16 GiB
    CHECK(against_sequential(large) == "sequential");
}

TEST_CASE("half a second is worth it, less is not") {
    const auto of_short_suite = [](double mid) {
        auto sequential = prediction("sequential", 1.2);
        auto parallel = prediction("processes=2,dist=load", mid);
        parallel.speedup = {1.1, 1.2 / mid, 2.0};
        return recommended({sequential, parallel}, k_plain);
    };
    CHECK(of_short_suite(0.65) == "processes=2,dist=load");  // saves 0.55 s
    CHECK(of_short_suite(0.75) == "sequential");             // saves 0.45 s
}

TEST_CASE("threads are recommended once they were tried") {
    const std::vector<Prediction> predictions{
        prediction("sequential", 100), prediction("forked=4", 60), prediction("threads=8", 20)};
    CHECK(recommended(predictions, k_plain) == "forked=4");
    Preferences tried = k_plain;
    tried.threads_tried = true;
    CHECK(recommended(predictions, tried) == "threads=8");
}
