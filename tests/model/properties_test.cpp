// What must hold for every suite and every configuration.

#include <advisor/base/random.hpp>
#include <advisor/model/predict.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "model/bound.hpp"
#include "model/build.hpp"
#include "model/shards.hpp"

using namespace advisor;
using building::all_kinds;
using building::configuration;
using building::machine;
using building::random_suite;
using building::simulated;
using building::usual_runner;
using doctest::Approx;

namespace {

struct Case {
    std::uint64_t seed;
    std::uint32_t tests;
    std::uint32_t workers;
    std::uint32_t cores;
};

constexpr Case k_cases[] = {
    {1, 1, 1, 1},
    {2, 2, 4, 2},
    {3, 17, 3, 2},
    {4, 60, 4, 4},
    {5, 150, 8, 2},
    {6, 150, 16, 8},
    {7, 40, 40, 4}};

}  // namespace

TEST_CASE("every test runs exactly once, after the barrier, and a worker runs one at a time") {
    for (const Case& each : k_cases) {
        const Workload suite = random_suite(each.seed, each.tests);
        for (const std::string& spec : all_kinds(each.workers)) {
            if (configuration(spec).shards > 1) {
                continue;  // the schedule is that of one machine
            }
            const Simulation run = simulate(
                suite, configuration(spec), usual_runner(each.cores), machine(each.cores), {}
            );
            CAPTURE(spec);
            CAPTURE(each.seed);
            std::set<std::uint32_t> seen;
            // One more: the main thread, for what must run alone.
            std::vector<Seconds> free(parallelism(configuration(spec)) + 1);
            for (const ScheduledTest& test : run.schedule) {
                CHECK(seen.insert(test.test.value).second);
                CHECK(test.begin >= run.tests_begin);
                CHECK(test.begin >= free.at(test.worker));
                CHECK(test.end <= run.wall);
                free[test.worker] = test.end;
            }
            CHECK(seen.size() == suite.tests.size());
        }
    }
}

TEST_CASE("the parts of a breakdown are not negative and sum to the wall time") {
    for (const Case& each : k_cases) {
        const Workload suite = random_suite(each.seed, each.tests);
        for (const std::string& spec : all_kinds(each.workers)) {
            const Simulation run = simulate(
                suite, configuration(spec), usual_runner(each.cores), machine(each.cores), {}
            );
            CAPTURE(spec);
            CAPTURE(each.seed);
            CHECK(building::sum(run.breakdown) == Approx(run.wall.value()));
            for (const auto& each_part : run.breakdown) {
                CAPTURE(each_part.first);
                CHECK(each_part.second.value() >= -1e-9);
            }
        }
    }
}

TEST_CASE("no schedule beats the lower bound") {
    for (const Case& each : k_cases) {
        for (std::uint64_t more = 0; more < 5; ++more) {
            const Workload suite = random_suite(each.seed + 100 * more, each.tests);
            const model::Courses courses(suite);
            for (const std::string& spec : all_kinds(each.workers)) {
                const Configuration how = configuration(spec);
                if (how.shards > 1) {
                    continue;
                }
                const ModelParameters parameters = usual_runner(each.cores);
                const Machine on = machine(each.cores);
                const model::Scenario scenario{
                    suite,
                    courses,
                    how,
                    parameters,
                    on,
                    {},
                    model::costs_of(suite, how, parameters)};
                const Simulation run = simulate(suite, how, parameters, on, {});
                const auto bound = model::lower_bound_of(scenario, run.tests_begin.value());
                CAPTURE(spec);
                CAPTURE(each.seed + 100 * more);
                CHECK(bound.seconds <= run.wall.value() * (1.0 + 1e-9));
                CHECK(bound.seconds > 0.0);
            }
        }
    }
}

TEST_CASE("one lane, and one worker of a runner that costs nothing, are a sequential run") {
    for (const Case& each : k_cases) {
        Workload suite = random_suite(each.seed, each.tests);
        suite.collection = {};
        suite.finish = {};
        const double sequential = simulated(suite, "sequential", 8).wall.value();
        double whole = suite.boot.alone().value();
        for (const WorkTest& test : suite.tests) {
            whole += test.demand.alone().value();
        }
        CAPTURE(each.seed);
        CHECK(sequential >= whole);
        CHECK(simulated(suite, "threads=1", 8).wall.value() == Approx(sequential));
        CHECK(simulated(suite, "forked=1", 8).wall.value() == Approx(sequential));
        // xdist boots the controller and the worker.
        const double again = suite.boot.alone().value();
        CHECK(simulated(suite, "processes=1", 8).wall.value() == Approx(sequential + again));
    }
}

TEST_CASE("permuting equal tests changes nothing") {
    building::Suite suite;
    suite.tests("a.py", 50, building::demand(0.01, 0.02));
    const Workload workload = suite.workload();
    Workload permuted = workload;
    Random random(1);
    for (std::uint32_t i = 49; i > 0; --i) {
        const std::uint32_t j = random.below(i + 1);
        std::swap(permuted.tests[i].test, permuted.tests[j].test);
        std::swap(permuted.test_names[i], permuted.test_names[j]);
    }
    for (const std::string& spec : all_kinds(4)) {
        CAPTURE(spec);
        CHECK(simulated(workload, spec, 2).wall == simulated(permuted, spec, 2).wall);
    }
}

TEST_CASE("more cores never slow a run of equal tests down") {
    building::Suite suite;
    suite.tests("a.py", 64, building::demand(0.05, 0.01));
    const Workload workload = suite.workload();
    for (const std::string& spec : all_kinds(8)) {
        double last = 1e9;
        for (const std::uint32_t cores : {1U, 2U, 4U, 8U, 16U}) {
            const double wall = simulated(workload, spec, cores).wall.value();
            CAPTURE(spec);
            CAPTURE(cores);
            CHECK(wall <= last * (1.0 + 1e-9));
            last = wall;
        }
    }
}

TEST_CASE("distributions that keep files together do so") {
    const Workload suite = random_suite(9, 120);
    for (const char* dist : {"loadfile", "loadscope"}) {
        const Simulation run = simulated(suite, std::string("processes=5,dist=") + dist, 4);
        std::vector<std::set<std::uint32_t>> workers(suite.unit_names.size());
        for (const ScheduledTest& test : run.schedule) {
            workers[suite.tests[test.test.value].file].insert(test.worker);
        }
        for (const auto& each : workers) {
            CHECK(each.size() <= 1);
        }
    }
}

TEST_CASE("shards hold every test once and no file twice") {
    const Workload suite = random_suite(10, 90);
    for (const std::uint32_t machines : {1U, 2U, 5U, 40U}) {
        std::multiset<std::uint32_t> tests;
        std::multiset<std::uint32_t> files;
        for (const Workload& part : model::deal(suite, machines)) {
            std::set<std::uint32_t> here;
            CHECK(!part.tests.empty());
            CHECK(part.test_names.size() == part.tests.size());
            for (const WorkTest& test : part.tests) {
                tests.insert(test.test.value);
                here.insert(test.file);
                CHECK(test.first_need + test.needs <= part.needs.size());
            }
            files.insert(here.begin(), here.end());
        }
        CHECK(tests.size() == 90);
        CHECK(std::set(tests.begin(), tests.end()).size() == 90);
        CHECK(std::set(files.begin(), files.end()).size() == files.size());
    }
}
