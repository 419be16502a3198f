#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "model/build.hpp"
#include "model/replication.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using building::Suite;
using building::usual_runner;
using doctest::Approx;

namespace {

Prediction predicted(const Workload& workload, const std::string& spec, double error = 0.0) {
    ModelParameters parameters = free_runner(8);
    parameters.relative_error = error;
    return predict(workload, configuration(spec), parameters, machine(8), {});
}

Suite even() {
    Suite suite;
    suite.tests("a.py", 40, demand(0.0, 1.0));
    return suite;
}

}  // namespace

TEST_CASE("a prediction's middle and breakdown are the simulation's") {
    const Workload suite = building::random_suite(3, 80);
    for (const std::string& spec : building::all_kinds(4)) {
        const Prediction prediction =
            predict(suite, configuration(spec), usual_runner(4), machine(4), {});
        const Simulation run =
            simulate(suite, configuration(spec), usual_runner(4), machine(4), {});
        CAPTURE(spec);
        CHECK(prediction.wall.mid == run.wall);
        CHECK(prediction.breakdown == run.breakdown);
        CHECK(prediction.configuration == configuration(spec));
        CHECK(prediction.command.empty());
    }
}

TEST_CASE("equal arguments give equal predictions") {
    const Workload suite = building::random_suite(4, 80);
    for (const std::string& spec : building::all_kinds(3)) {
        const auto once = predict(suite, configuration(spec), usual_runner(2), machine(2), {});
        const auto twice = predict(suite, configuration(spec), usual_runner(2), machine(2), {});
        CHECK(once == twice);
    }
}

TEST_CASE("where runs were repeated, an interval is as wide as the tests were unsteady") {
    Suite suite = even();
    const auto width = [&](double spread) {
        for (WorkTest& test : suite.made.tests) {
            test.spread = spread;
        }
        const Prediction four = predicted(suite.workload(), "processes=4");
        return (four.wall.high - four.wall.low) / four.wall.mid;
    };
    const Prediction unrepeated = predicted(suite.workload(), "processes=4");
    const double assumed = (unrepeated.wall.high - unrepeated.wall.low) / unrepeated.wall.mid;
    // A second each: what is assumed of a single run is 5 %.
    CHECK(width(0.05) == Approx(assumed).epsilon(0.001));
    // Ten tests each worker average out: the machine's own noise is most of either.
    CHECK(width(0.0) < 1.05 * assumed);
    CHECK(width(0.3) > 1.5 * assumed);
    CHECK(width(7.0) == width(0.5));
}

TEST_CASE("an interval holds its middle and grows with the parameters' error") {
    const Workload suite = even().workload();
    const Prediction narrow = predicted(suite, "processes=4");
    const Prediction wide = predicted(suite, "processes=4", 0.2);
    CHECK(narrow.wall.low < narrow.wall.mid);
    CHECK(narrow.wall.mid < narrow.wall.high);
    CHECK(narrow.wall.mid == wide.wall.mid);
    // 20 % of 10 s and the replications' own spread, in squares.
    CHECK(wide.wall.high.value() >= 12.0);
    CHECK(wide.wall.high.value() <= 12.5);
    CHECK(wide.wall.low < narrow.wall.low);
    CHECK(wide.speedup.high > narrow.speedup.high);
}

TEST_CASE("a speed-up is the sequential wall over this one, and 1 for sequential itself") {
    const Workload suite = even().workload();
    CHECK(predicted(suite, "processes=4").speedup.mid == Approx(4.0));
    const Prediction sequential = predicted(suite, "sequential", 0.3);
    CHECK(sequential.speedup == Interval<double>{1.0, 1.0, 1.0});
    // Nothing of a sequential run was calibrated: its interval is that of one machine's noise.
    CHECK(sequential.wall.high.value() < 42.5);
    CHECK(sequential.wall.low.value() > 37.5);
}

TEST_CASE("no replication leaves the parameters' error alone") {
    ModelParameters parameters = free_runner(8);
    parameters.relative_error = 0.1;
    PredictionOptions options;
    options.replications = 0;
    const Prediction prediction =
        predict(even().workload(), configuration("processes=4"), parameters, machine(8), options);
    CHECK(prediction.wall.low.value() == Approx(9.0));
    CHECK(prediction.wall.high.value() == Approx(11.0));
}

TEST_CASE("quantiles are those of the draws, widened in squares") {
    // Of 101 draws the 0.05 * 102 = 5.1st is 4.1 here: 45.9 either way of 50; with 12 % of 50 = 6:
    // 46.3.
    std::vector<double> draws;
    for (int i = 100; i >= 0; --i) {
        draws.push_back(i);
    }
    const Interval<double> alone = model::interval_of(draws, 50.0, 0.0);
    CHECK(alone.low == Approx(4.1));
    CHECK(alone.high == Approx(95.9));
    const Interval<double> wide = model::interval_of(draws, 50.0, 0.12);
    CHECK(wide.high == Approx(50.0 + std::hypot(45.9, 6.0)));
    // All draws above the middle: it is still within.
    CHECK(model::interval_of({2.0, 3.0}, 1.0, 0.0).low == Approx(1.0));
}

TEST_CASE("draws depend on seed, replication and test, not on what else is in the suite") {
    const Workload whole = building::random_suite(5, 60);
    Workload part = whole;
    part.tests.erase(part.tests.begin(), part.tests.begin() + 20);
    const auto all = model::perturbed(whole, 7, 3);
    const auto some = model::perturbed(part, 7, 3);
    CHECK(std::equal(some.tests.begin(), some.tests.end(), all.tests.begin() + 20));
    CHECK(model::perturbed(whole, 8, 3).tests != all.tests);
    CHECK(model::perturbed(whole, 7, 4).tests != all.tests);
}

TEST_CASE("factors have a mean of 1 and spread more for short tests") {
    Suite suite;
    suite.tests("a.py", 4000, demand(1.0));
    suite.tests("b.py", 4000, demand(0.001));
    const auto drawn = model::perturbed(suite.workload(), 1, 0).tests;
    const auto moments = [&](std::ptrdiff_t begin) {
        double sum = 0.0;
        double squares = 0.0;
        for (std::ptrdiff_t i = begin; i < begin + 4000; ++i) {
            const double factor = drawn[static_cast<std::size_t>(i)];
            sum += factor;
            squares += factor * factor;
        }
        const double mean = sum / 4000;
        return std::pair(mean, std::sqrt(squares / 4000 - mean * mean));
    };
    const auto [long_mean, long_spread] = moments(0);
    const auto [short_mean, short_spread] = moments(4000);
    // Standard errors: 0.05 / sqrt(4000) = 0.0008 and 0.5 / sqrt(4000) = 0.008; four of them.
    CHECK(long_mean == Approx(1.0).epsilon(0.004));
    CHECK(short_mean == Approx(1.0).epsilon(0.04));
    CHECK(long_spread == Approx(0.05).epsilon(0.1));
    CHECK(short_spread > 0.4);
}

TEST_CASE("memory counts every process, and forked ones share what was collected") {
    Suite suite = even();
    suite.made.process_rss = Bytes(100'000'000);
    suite.made.collected_rss = Bytes(60'000'000);
    suite.made.collected = 1000;
    const Workload workload = suite.workload();
    CHECK(predicted(workload, "sequential").peak_memory == Bytes(100'000'000));
    // 4 peaks with 1000 ids of 100 B, a controller of 60 MB with reports of 5 kB each.
    CHECK(
        predicted(workload, "processes=4").peak_memory
        == Bytes(4 * 100'100'000 + 60'000'000 + 5'000'000)
    );
    // 60 MB, and 4 times half of it and the growth of 40 MB; the parent keeps the reports.
    CHECK(
        predicted(workload, "forked=4").peak_memory
        == Bytes(60'000'000 + 4 * 70'000'000 + 5'000'000)
    );
    CHECK(predicted(workload, "threads=4").peak_memory == Bytes(60'000'000 + 4 * 40'000'000));
    CHECK(predicted(workload, "shards=2,processes=4").peak_memory.value() < 500'000'000);
}

TEST_CASE("what exceeds the memory does not fit, and without a limit everything does") {
    Suite suite = even();
    suite.made.process_rss = Bytes(100'000'000);
    suite.made.collected_rss = Bytes(60'000'000);
    const auto fits = [&](std::int64_t memory) {
        return predict(
                   suite.workload(),
                   configuration("processes=4"),
                   free_runner(8),
                   {8.0, Bytes(memory)},
                   {}
        )
            .fits_memory;
    };
    CHECK(!fits(400'000'000));
    CHECK(fits(600'000'000));
    CHECK(fits(0));
}

TEST_CASE("the machine is what the host lets work use") {
    Host host;
    host.cores_online = 8;
    host.cores_allowed = 4;
    host.cpu_quota = {1.5, Source::measured};
    host.memory_total = Bytes(1000);
    host.memory_limit = {Bytes(400), Source::measured};
    CHECK(machine_of(host).cores == Approx(1.5));
    CHECK(machine_of(host).memory == Bytes(400));
}
