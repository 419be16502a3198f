#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "measure/gil_self_test.hpp"
#include "measure/sampling_schedule.hpp"
#include "measure/shrinkage.hpp"

using namespace advisor;
using doctest::Approx;

namespace {

constexpr int k_tid = 7;

std::string verdict_on(std::optional<bool> holding, std::optional<bool> released, int holder) {
    GilSelfTest test(k_tid);
    for (int i = 0; i < 10; ++i) {
        test.take(RingMoment::holding, holding, holder);
    }
    for (int i = 0; i < 10; ++i) {
        test.take(RingMoment::released, released, holder);
    }
    CHECK(test.is_over());
    return test.why_not();
}

}  // namespace

TEST_CASE("the self-test passes where the GIL reads as what the recorder does with it") {
    CHECK(verdict_on(true, false, k_tid).empty());
}

TEST_CASE("the self-test fails for a word that never changes, and for one that is the opposite") {
    CHECK(verdict_on(true, true, k_tid) == "it read as held while the recorder slept");
    CHECK(verdict_on(false, false, k_tid) == "it read as free while the recorder held it");
    CHECK(verdict_on(false, true, k_tid) == "it read as free while the recorder held it");
    CHECK(
        verdict_on(std::nullopt, std::nullopt, k_tid)
        == "it read as free while the recorder held it"
    );
}

TEST_CASE("the self-test fails where another thread is said to hold the GIL") {
    CHECK(
        verdict_on(true, false, k_tid + 1)
        == "it read as held by another thread while the recorder held it"
    );
}

TEST_CASE("a self-test without enough readings proves nothing") {
    GilSelfTest test(k_tid);
    CHECK(test.seen() == RingMoment::none);
    test.take(RingMoment::watching, true, k_tid);
    test.take(RingMoment::none, true, k_tid);
    for (int i = 0; i < 10; ++i) {
        CHECK(test.seen() == RingMoment::none);
        test.take(RingMoment::holding, true, k_tid);
    }
    CHECK(test.seen() == RingMoment::holding);
    CHECK_FALSE(test.is_over());
    CHECK(test.why_not() == "the recorder did not come to show moments with and without the GIL");
}

TEST_CASE("there is one instant in each period, anywhere in it") {
    SamplingSchedule schedule(0, 0);
    std::int64_t now = 0;
    double within = 0;
    for (std::int64_t i = 0; i < 1000; ++i) {
        const std::int64_t instant = schedule.next(now, 0);
        CHECK(instant >= i * 1'000'000);
        CHECK(instant < (i + 1) * 1'000'000);
        within += static_cast<double>(instant - i * 1'000'000) / 1e6;
        now = instant;
    }
    CHECK(within / 1000 == Approx(0.5).epsilon(0.1));
}

TEST_CASE("instants that were missed are not made up for") {
    SamplingSchedule schedule(0, 0);
    static_cast<void>(schedule.next(0, 0));
    const std::int64_t late = 500'000'000;
    const std::int64_t first = schedule.next(late, 0);
    CHECK(first >= late);
    CHECK(schedule.next(first, 0) >= late + 1'000'000);
}

TEST_CASE("a long run is sampled less often, and never for more than a share of a core") {
    SamplingSchedule schedule(0, 0);
    static_cast<void>(schedule.next(0, 0));
    CHECK(schedule.period_ns() == 1'000'000);
    static_cast<void>(schedule.next(20'000'000'000, 0));
    CHECK(schedule.period_ns() == 4'000'000);

    SamplingSchedule costly(0, 0);
    std::int64_t now = 0;
    std::int64_t cpu = 0;
    for (int i = 0; i < 2000; ++i) {
        now = costly.next(now, cpu);
        cpu += 60'000;  // 60 us a sample
    }
    const double share = static_cast<double>(cpu) / static_cast<double>(now);
    CHECK(share == Approx(SamplingSchedule::k_core_share).epsilon(0.05));
}

TEST_CASE("a span with many samples keeps its share, one without gets that of its group") {
    const std::vector<Trial> trials{
        {900, 1000, 0}, {0, 0, 0}, {100, 1000, 1}, {0, 0, 1}, {0, 0, 2}};
    const Shares shares = shrunk_shares(trials, 1.0);
    CHECK(shares.spans[0].mean == Approx(0.9).epsilon(0.01));
    CHECK(shares.spans[1].mean == Approx(0.9).epsilon(0.02));
    CHECK(shares.spans[2].mean == Approx(0.1).epsilon(0.02));
    CHECK(shares.spans[3].mean == Approx(0.1).epsilon(0.1));
    // All: 1000 of 2000, and the prior's one sample.
    CHECK(shares.spans[4].mean == Approx(1001.0 / 2001).epsilon(0.01));
    CHECK(shares.spans[1].weight_above == 1.0);
}

TEST_CASE("without any sample the prior is all there is") {
    const std::vector<Trial> trials{{0, 0, 0}, {0, 0, 1}};
    CHECK(shrunk_shares(trials, 1.0).spans[1].mean == 1.0);
    CHECK(shrunk_shares(trials, 0.0).spans[0].mean == 0.0);
    CHECK(shrunk_shares({}, 1.0).spans.empty());
}

TEST_CASE("spans that are alike are drawn together, spans that differ are left apart") {
    // Two samples each: of one coin, or of two sides of it.
    std::vector<Trial> alike;
    std::vector<Trial> apart;
    for (std::uint32_t i = 0; i < 100; ++i) {
        alike.push_back({1, 2, 0});
        apart.push_back({i % 2 == 0 ? 2U : 0U, 2, 0});
    }
    alike[0].hits = 2;
    CHECK(shrunk_shares(alike, 1.0).spans[0].mean == Approx(0.5).epsilon(0.05));
    CHECK(shrunk_shares(apart, 1.0).spans[0].mean > 0.95);
    CHECK(shrunk_shares(apart, 1.0).spans[1].mean < 0.05);
}

TEST_CASE("shrunk shares are nearer to the truth than raw ones, and their error is as stated") {
    // Many runs of a suite of 200 tests with 4 samples each, whose shares are spread around 0.7.
    Random random(5);
    constexpr std::size_t k_tests = 200;
    constexpr int k_runs = 100;
    double raw = 0;
    double shrunk = 0;
    double of_sum = 0;
    double stated = 0;
    const std::vector<double> weights(k_tests, 1.0);
    for (int run = 0; run < k_runs; ++run) {
        std::vector<Trial> trials;
        std::vector<double> truth;
        double sum = 0;
        for (std::size_t i = 0; i < k_tests; ++i) {
            truth.push_back(std::min(1.0, std::max(0.0, 0.7 + 0.15 * random.normal())));
            std::uint32_t hits = 0;
            for (int sample = 0; sample < 4; ++sample) {
                hits += random.uniform() < truth.back() ? 1 : 0;
            }
            trials.push_back({hits, 4, static_cast<std::uint32_t>(i / 50)});
            sum += truth.back();
        }
        const Shares shares = shrunk_shares(trials, 1.0);
        double estimate = 0;
        for (std::size_t i = 0; i < k_tests; ++i) {
            raw += std::pow(trials[i].hits / 4.0 - truth[i], 2);
            shrunk += std::pow(shares.spans[i].mean - truth[i], 2);
            estimate += shares.spans[i].mean;
        }
        of_sum += std::pow(estimate - sum, 2);
        stated += shares.variance_of_sum(trials, weights);
    }
    CHECK(shrunk < 0.5 * raw);
    CHECK(std::sqrt(of_sum / k_runs) < 1.5 * std::sqrt(stated / k_runs));
    CHECK(std::sqrt(of_sum / k_runs) > 0.5 * std::sqrt(stated / k_runs));
}
