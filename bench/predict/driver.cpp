// Times the model by itself. Standard output, a line for each figure: NAME and a number, apart by
// a tab; rows of tables have further fields.

#include <advisor/base/random.hpp>
#include <advisor/model/predict.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace advisor;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t k_cores = 8;
constexpr std::uint32_t k_tests = 100'000;
constexpr std::uint32_t k_tests_each_file = 20;
const std::vector<std::string> k_kinds{
    "processes=%",
    "processes=%,dist=worksteal",
    "processes=%,dist=loadfile",
    "processes=%,dist=loadscope",
    "processes=%,dist=planned",
    "forked=%"};

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

FixtureInstance instance_of(std::uint32_t fixture, double wall) {
    FixtureInstance instance;
    instance.use.fixture = FixtureIndex{fixture};
    instance.setup.wall = Seconds(wall);
    instance.setup.cpu_user = Seconds(wall / 2);
    return instance;
}

/// Files of 20 tests with log-normal durations of `median`, a third of which wait for a part of
/// their time; a session fixture for a third of the tests, a module fixture in every fifth file.
Profile suite(std::uint32_t tests, double median, double spread) {
    Random random(1);
    Profile profile;
    profile.host.rung = Rung::proc_only;
    profile.interpreter.xdist_version = "3.8.0";
    profile.session.collection.wall = Seconds(tests * 3e-5);
    profile.session.collection.cpu_user = profile.session.collection.wall;
    profile.fixture_definitions.resize(2);
    profile.fixture_definitions[0].scope = Scope::session;
    profile.fixture_definitions[1].scope = Scope::module;
    profile.fixtures = {instance_of(0, 0.5), instance_of(1, 0.05)};
    for (std::uint32_t i = 0; i < tests; ++i) {
        const std::uint32_t file = i / k_tests_each_file;
        TestCost test;
        test.id = "tests/test_" + std::to_string(file) + ".py";
        test.module_length = static_cast<std::uint32_t>(test.id.size());
        test.id += "::test_" + std::to_string(i);
        test.outcome = TestOutcome::passed;
        const double length = std::min(5.0, median * std::exp(spread * random.normal()));
        const double waits = random.uniform() < 0.3 ? random.uniform() : 0.0;
        test.call.wall = Seconds(length);
        test.call.cpu_user = Seconds(length * (1.0 - waits));
        test.call.voluntary_switches = waits > 0.0 ? 3 : 0;
        if (random.uniform() < 0.3) {
            test.fixtures.push_back(profile.fixtures[0].use);
        }
        if (file % 5 == 0) {
            test.fixtures.push_back(profile.fixtures[1].use);
        }
        profile.tests.push_back(test);
    }
    return profile;
}

/// Costs of a runner as calibrated on a laptop, and cores that slow each other a little.
ModelParameters parameters() {
    ModelParameters result;
    result.capacity = {{1, 1.0}, {4, 3.8}, {8, 7.0}};
    result.message_latency = Seconds(3e-4);
    result.controller_test_cpu = Seconds(4e-4);
    result.worker_test_cpu = Seconds(3e-4);
    result.gateway_wall = Seconds(0.06);
    result.gateway_cpu = Seconds(0.05);
    result.worker_boot_wall = Seconds(0.3);
    result.worker_boot_cpu = Seconds(0.3);
    return result;
}

Configuration configuration(const std::string& kind, std::uint32_t workers) {
    std::string spec = kind;
    spec.replace(spec.find('%'), 1, std::to_string(workers));
    return parse_configuration(spec).value();
}

const ModelParameters k_parameters = parameters();
const Machine k_machine{k_cores, Bytes(0)};
const PredictionOptions k_options{.most_exact_tests = 20'000};

/// Six kinds, each with 2 to 51 workers.
void time_many(const Workload& workload) {
    const auto begin = Clock::now();
    const Predictor predictor(workload, k_parameters, k_machine, k_options);
    for (const std::string& kind : k_kinds) {
        const auto before = Clock::now();
        for (std::uint32_t workers = 2; workers < 52; ++workers) {
            static_cast<void>(predictor.wall(configuration(kind, workers)));
        }
        std::cout << "kind\t" << kind << '\t' << since(before) << '\n';
    }
    std::cout << "many_s\t" << since(begin) << '\n';
}

void compare(const std::string& name, const Workload& workload) {
    const Predictor predictor(workload, k_parameters, k_machine, k_options);
    for (const std::string& kind : k_kinds) {
        for (const std::uint32_t workers : {2U, 4U, 8U, 16U, 32U, 64U}) {
            const Configuration how = configuration(kind, workers);
            const double exact =
                simulate(workload, how, k_parameters, k_machine, k_options).wall.value();
            const double coarse = predictor.wall(how).value();
            std::cout << "error\t" << name << '\t' << kind << '\t' << workers << '\t' << exact
                      << '\t' << 100.0 * std::abs(coarse / exact - 1.0) << '\n';
        }
    }
}

/// A whole prediction, with its ranges and bound.
void time_whole(const Workload& workload) {
    const Predictor predictor(workload, k_parameters, k_machine, k_options);
    static_cast<void>(predictor.predict(configuration(k_kinds[0], 4)));
    const auto begin = Clock::now();
    static_cast<void>(predictor.predict(configuration(k_kinds[0], 8)));
    std::cout << "whole_s\t" << since(begin) << '\n';
}

void grow() {
    for (const std::uint32_t tests : {1'000U, 10'000U, 100'000U, 1'000'000U}) {
        const Workload workload = make_workload(suite(tests, 0.02, 1.2));
        const Predictor predictor(workload, k_parameters, k_machine, k_options);
        for (const std::uint32_t workers : {2U, 8U, 32U, 128U, 256U}) {
            const auto begin = Clock::now();
            static_cast<void>(predictor.wall(configuration(k_kinds[0], workers)));
            std::cout << "growth\t" << tests << '\t' << workers << '\t' << since(begin) << '\n';
        }
    }
}

}  // namespace

int main() {
    try {
        const Workload workload = make_workload(suite(k_tests, 0.02, 1.2));
        time_many(workload);
        time_whole(workload);
        compare("usual", workload);
        compare("short tests", make_workload(suite(k_tests, 0.002, 0.5)));
        compare("heavy tail", make_workload(suite(k_tests, 0.005, 2.2)));
        grow();
    } catch (const std::exception& error) {
        std::cerr << "cannot measure the model: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
