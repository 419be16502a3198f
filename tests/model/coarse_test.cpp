// Runs of tests simulated as one, and runs that --maxfail ends.

#include <advisor/base/random.hpp>
#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "laws.hpp"
#include "model/build.hpp"

using namespace advisor;
using building::configuration;
using building::demand;
using building::free_runner;
using building::machine;
using building::orders;
using building::Suite;
using building::usual_runner;
using doctest::Approx;

namespace {

constexpr std::uint64_t k_any_suites = 1 + building::k_property_cases / 2'000;

/// Of the coarse wall from the exact one, relative.
double error_of(
    const Workload& suite, const std::string& spec, const ModelParameters& runner, double cores = 8
) {
    PredictionOptions options;
    options.most_exact_tests = 0;
    const Machine on = machine(cores);
    const double exact = simulate(suite, configuration(spec), runner, on, options).wall.value();
    return std::abs(
        Predictor(suite, runner, on, options).wall(configuration(spec)).value() / exact - 1.0
    );
}

/// 10,000 tests in files of 20; every tenth file has a module fixture, half of the tests a session
/// fixture. One test in 2,500 takes ten times `giant` as long as the mean of the others.
Workload large_suite(double median, double spread, double giant) {
    Random random(7);
    Suite suite;
    std::vector<std::uint32_t> session;
    std::vector<std::uint32_t> module;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const bool is_giant = giant > 0.0 && random.below(2500) == 0;
        const double length =
            is_giant ? 10.0 * giant * median : median * std::exp(spread * random.normal());
        const double waits = random.uniform() < 0.3 ? random.uniform() : 0.0;
        const std::uint32_t at = suite.test(
            "f" + std::to_string(i / 20), demand(length * (1.0 - waits), length * waits)
        );
        if (random.uniform() < 0.5) {
            session.push_back(at);
        }
        if (i / 20 % 10 == 0) {
            module.push_back(at);
        }
    }
    suite.fixture("database", Scope::session, demand(0.2, 0.3), session);
    suite.fixture("tables", Scope::module, demand(0.02, 0.03), module);
    return suite.workload();
}

double log_uniform(Random& random, double low, double high) {
    return low * std::pow(high / low, random.uniform());
}

/// 100,000 tests of any length and spread, in files of 1 to 100, of which some have a module
/// fixture; a part of the tests waits for a part of its time.
Workload any_suite(Random& random) {
    Suite suite;
    const double median = log_uniform(random, 0.003, 0.1);
    const double spread = 0.2 + 1.6 * random.uniform();
    const double part_that_waits = random.uniform();
    const auto file_size = static_cast<std::uint32_t>(log_uniform(random, 1.0, 100.0));
    const std::uint32_t every = 1 + random.below(10);
    std::vector<std::uint32_t> session;
    std::vector<std::uint32_t> module;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const std::uint32_t file = i / file_size;
        const double length = std::min(10.0, median * std::exp(spread * random.normal()));
        const double waits = random.uniform() < part_that_waits ? random.uniform() : 0.0;
        const std::uint32_t at =
            suite.test("f" + std::to_string(file), demand(length * (1.0 - waits), length * waits));
        if (random.uniform() < 0.5) {
            session.push_back(at);
        }
        if (file % every == 0) {
            module.push_back(at);
        }
    }
    suite.made.collection = demand(3.0);
    suite.made.collected = suite.made.tests.size();
    suite.fixture("database", Scope::session, demand(0.2, 0.3), session);
    suite.fixture("tables", Scope::module, demand(median, median), module);
    return suite.workload();
}

std::string any_kind(Random& random) {
    const std::vector<std::string> kinds{
        "processes=%",
        "processes=%,dist=loadscope",
        "processes=%,dist=worksteal",
        "processes=%,dist=planned",
        "forked=%",
        "threads=%",
        "forked=%,threads=2"};
    std::string spec = kinds[random.below(static_cast<std::uint32_t>(kinds.size()))];
    const double most = spec.starts_with("threads") ? 16.0 : 256.0;
    const auto workers = static_cast<std::uint32_t>(log_uniform(random, 2.0, most));
    return spec.replace(spec.find('%'), 1, std::to_string(workers));
}

}  // namespace

TEST_CASE("a coarse wall of 100,000 tests of any suite is within 0.5 % of the exact one") {
    for (std::uint64_t seed = 1; seed <= k_any_suites; ++seed) {
        Random random(seed);
        const Workload suite = any_suite(random);
        const auto cores = static_cast<std::uint32_t>(log_uniform(random, 2.0, 64.0));
        const std::string spec = any_kind(random);
        CAPTURE(seed);
        CAPTURE(cores);
        CAPTURE(spec);
        CHECK(error_of(suite, spec, usual_runner(cores), cores) <= 0.005);
    }
}

TEST_CASE("a coarse wall is within 3 % of the exact one, and 0.5 % on average") {
    // 10,000 tests are few for runs: bench/predict says how near 100,000 come.
    const ModelParameters runner = usual_runner(8);
    const std::vector<Workload> suites{
        large_suite(0.05, 0.3, 0.0), large_suite(0.02, 1.2, 0.0), large_suite(0.02, 0.8, 40.0)};
    double sum = 0.0;
    int count = 0;
    for (const Workload& suite : suites) {
        for (const std::uint32_t workers : {2U, 8U, 24U}) {
            for (const std::string& spec : building::all_kinds(workers)) {
                CAPTURE(spec);
                const double error = error_of(suite, spec, runner);
                CHECK(error < 0.03);
                sum += error;
                ++count;
            }
        }
    }
    MESSAGE("mean error ", 100.0 * sum / count, " %");
    CHECK(sum / count < 0.005);
}

TEST_CASE("a coarse breakdown sums to its wall") {
    const ModelParameters parameters = usual_runner(4);
    PredictionOptions options;
    options.most_exact_tests = 0;
    options.replications = 0;
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        const Workload suite = building::random_suite(seed, seed < 3 ? 1000 * seed : 10 * seed);
        const Predictor coarse(suite, parameters, machine(4), options);
        for (const std::string& spec : building::all_kinds(3)) {
            const Prediction found = coarse.predict(configuration(spec));
            CAPTURE(seed);
            CAPTURE(spec);
            CHECK(building::sum(found.breakdown) == Approx(found.wall.mid.value()));
            CHECK(found.lower_bound <= found.wall.mid);
        }
    }
}

TEST_CASE("a controller that cannot keep up decides the wall, coarse as exact") {
    // 5,000 tests of 0.1 ms on 4 workers, 1 ms of the controller for each: 5 s.
    Suite suite;
    suite.tests("a.py", 5000, demand(0.0, 0.0001));
    const Workload workload = suite.workload();
    ModelParameters parameters = free_runner(8);
    parameters.controller_test_cpu = Seconds(0.001);
    PredictionOptions options;
    options.most_exact_tests = 0;
    const Predictor coarse(workload, parameters, machine(8), options);
    const Configuration how = configuration("processes=4");
    CHECK(
        simulate(workload, how, parameters, machine(8), {}).wall.value()
        == Approx(5.0).epsilon(0.01)
    );
    CHECK(coarse.wall(how).value() == Approx(5.0).epsilon(0.01));
}

TEST_CASE("with -x nothing more is dealt, and workers finish what they hold") {
    // load on 2 workers gives 2 tests each of 8 at the start. Worker 0 fails in its first test and
    // ends; worker 1 has begun its first and runs its second before it sees the shutdown.
    Suite suite;
    suite.tests("a.py", 8, demand(0.0, 1.0));
    suite.made.tests[0].fails = true;
    const Workload workload = suite.workload();
    PredictionOptions stop;
    stop.maxfail = 1;
    const Simulation run =
        simulate(workload, configuration("processes=2"), free_runner(2), machine(2), stop);
    CHECK(orders(run, 2) == "0; 2 3");
    CHECK(run.wall.value() == Approx(2.0));
    CHECK(building::sum(run.breakdown) == Approx(2.0));
    stop.maxfail = 2;
    CHECK(
        simulate(workload, configuration("processes=2"), free_runner(2), machine(2), stop)
            .wall.value()
        == Approx(4.0)
    );
}

TEST_CASE("a sequential run with -x ends at its first failure") {
    Suite suite;
    suite.tests("a.py", 5, demand(1.0));
    suite.made.tests[1].fails = true;
    PredictionOptions stop;
    stop.maxfail = 1;
    for (const char* spec : {"sequential", "forked=1"}) {
        const Simulation run =
            simulate(suite.workload(), configuration(spec), free_runner(2), machine(2), stop);
        CHECK(orders(run, 1) == "0 1");
    }
}
