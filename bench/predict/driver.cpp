// Times the model by itself. Standard output, a line for each figure: NAME and a number, apart by
// a tab; rows of tables have further fields. The argument says what: speed, error, growth
// or exact.

#include <advisor/base/random.hpp>
#include <advisor/model/predict.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace advisor;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t k_tests = 100'000;
constexpr std::uint32_t k_tests_each_file = 20;
constexpr std::uint32_t k_most_workers = 256;
constexpr std::uint32_t k_most_lanes = 16;
const std::vector<std::string> k_kinds{
    "processes=%",
    "processes=%,dist=loadscope",
    "processes=%,dist=loadfile",
    "processes=%,dist=worksteal",
    "processes=%,dist=planned",
    "forked=%",
    "threads=%"};

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A suite under construction: tests in files, fixtures by index.
struct Draft {
    Profile profile;
    Random random{1};

    Draft() {
        profile.host.rung = Rung::proc_only;
        profile.interpreter.xdist_version = "3.8.0";
    }

    void test(std::uint32_t file, double length, double waits) {
        TestCost test;
        test.id = "tests/test_" + std::to_string(file) + ".py";
        test.module_length = static_cast<std::uint32_t>(test.id.size());
        test.id += "::test_" + std::to_string(profile.tests.size());
        test.outcome = TestOutcome::passed;
        test.call.wall = Seconds(length);
        test.call.cpu_user = Seconds(length * (1.0 - waits));
        test.call.voluntary_switches = waits > 0.0 ? 3 : 0;
        profile.tests.push_back(test);
        const double tests = static_cast<double>(profile.tests.size());
        profile.session.collection.wall = Seconds(tests * 3e-5);
        profile.session.collection.cpu_user = profile.session.collection.wall;
    }

    /// Adds it with `parameters` instances; returns the first of them.
    std::uint32_t fixture(Scope scope, double wall, std::int32_t parameters = 1) {
        const FixtureIndex definition{
            static_cast<std::uint32_t>(profile.fixture_definitions.size())};
        profile.fixture_definitions.emplace_back();
        profile.fixture_definitions.back().scope = scope;
        const auto first = static_cast<std::uint32_t>(profile.fixtures.size());
        for (std::int32_t parameter = 0; parameter < parameters; ++parameter) {
            FixtureInstance instance;
            instance.use.fixture = definition;
            if (parameters > 1) {
                instance.use.parameter = parameter;
            }
            instance.setup.wall = Seconds(wall);
            instance.setup.cpu_user = Seconds(wall / 2);
            profile.fixtures.push_back(instance);
        }
        return first;
    }

    void use(std::uint32_t instance) {
        profile.tests.back().fixtures.push_back(profile.fixtures[instance].use);
    }

    double log_normal(double median, double spread) {
        return std::min(5.0, median * std::exp(spread * random.normal()));
    }
    double waits() { return random.uniform() < 0.3 ? random.uniform() : 0.0; }
};

/// Files of 20 tests with log-normal durations of `median`, a third of which wait for a part of
/// their time; a session fixture for a third of the tests, a module fixture in every fifth file.
Profile suite(std::uint32_t tests, double median, double spread, double module_fixture = 0.05) {
    Draft draft;
    const std::uint32_t session = draft.fixture(Scope::session, 0.5);
    const std::uint32_t module = draft.fixture(Scope::module, module_fixture);
    for (std::uint32_t i = 0; i < tests; ++i) {
        const std::uint32_t file = i / k_tests_each_file;
        draft.test(file, draft.log_normal(median, spread), draft.waits());
        if (draft.random.uniform() < 0.3) {
            draft.use(session);
        }
        if (file % 5 == 0) {
            draft.use(module);
        }
    }
    return draft.profile;
}

Profile waiting() {
    Draft draft;
    for (std::uint32_t i = 0; i < k_tests; ++i) {
        draft.test(
            i / k_tests_each_file, draft.log_normal(0.05, 1.0), 0.8 + 0.2 * draft.random.uniform()
        );
    }
    return draft.profile;
}

/// A test in 5000 takes 30 to 60 s.
Profile giants() {
    Draft draft;
    for (std::uint32_t i = 0; i < k_tests; ++i) {
        const bool giant = draft.random.below(5000) == 0;
        const double length =
            giant ? 30.0 + 30.0 * draft.random.uniform() : draft.log_normal(0.02, 1.0);
        draft.test(i / k_tests_each_file, length, draft.waits());
    }
    return draft.profile;
}

/// A third of all tests in one file.
Profile giant_file() {
    Draft draft;
    for (std::uint32_t i = 0; i < k_tests; ++i) {
        const bool inside = i >= k_tests / 3 && i < 2 * k_tests / 3;
        draft.test(
            inside ? k_tests : i / k_tests_each_file, draft.log_normal(0.02, 1.0), draft.waits()
        );
    }
    return draft.profile;
}

/// Session fixtures of 40 and module fixtures of 3 parameters.
Profile parameters_everywhere() {
    Draft draft;
    const std::uint32_t session = draft.fixture(Scope::session, 1.0, 40);
    const std::uint32_t module = draft.fixture(Scope::module, 0.2, 3);
    for (std::uint32_t i = 0; i < k_tests; ++i) {
        draft.test(i / 60, draft.log_normal(0.02, 1.0), draft.waits());
        if (i < k_tests / 2) {
            draft.use(session + i / (k_tests / 80));
        } else {
            draft.use(module + i / 20 % 3);
        }
    }
    return draft.profile;
}

/// Files of 1 to 400 tests.
Profile uneven_files() {
    Draft draft;
    std::uint32_t left = 0;
    std::uint32_t file = 0;
    const std::uint32_t session = draft.fixture(Scope::session, 3.0);
    for (std::uint32_t i = 0; i < k_tests; ++i) {
        if (left == 0) {
            left = 1 + draft.random.below(draft.random.uniform() < 0.1 ? 400 : 30);
            ++file;
        }
        --left;
        draft.test(file, draft.log_normal(0.01, 1.5), draft.waits());
        draft.use(session);
    }
    return draft.profile;
}

/// Costs of a runner as calibrated on a laptop, and cores that slow each other a little.
ModelParameters parameters() {
    ModelParameters result;
    result.capacity = {{1, 1.0}, {4, 3.8}, {8, 7.0}, {64, 50.0}};
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

bool exists(const std::string& kind, std::uint32_t workers) {
    return workers <= k_most_lanes || !kind.starts_with("threads");
}

const ModelParameters k_parameters = parameters();
const Machine k_machine{8, Bytes(0)};
const PredictionOptions k_options = [] {
    PredictionOptions options;
    options.most_exact_tests = 20'000;
    return options;
}();

/// 300: each kind with as many numbers of workers as all, from 2 to 256 and evenly apart on a
/// logarithmic scale as far as they are whole.
std::vector<Configuration> configurations(std::uint32_t wanted) {
    const std::size_t lanes = k_most_lanes - 1;
    const std::size_t each = (wanted - lanes) / (k_kinds.size() - 1);
    std::set<std::uint32_t> workers;
    for (std::uint32_t steps = 2; workers.size() < each; ++steps) {
        workers.clear();
        for (std::uint32_t i = 0; i <= steps; ++i) {
            const double part = static_cast<double>(i) / steps;
            workers.insert(
                static_cast<std::uint32_t>(std::lround(2.0 * std::pow(k_most_workers / 2, part)))
            );
        }
    }
    std::vector<Configuration> all;
    for (const std::string& kind : k_kinds) {
        if (kind.starts_with("threads")) {
            for (std::uint32_t i = 2; i <= k_most_lanes; ++i) {
                all.push_back(configuration(kind, i));
            }
            continue;
        }
        for (const std::uint32_t count : workers) {
            all.push_back(configuration(kind, count));
        }
    }
    for (std::uint32_t i = 0; all.size() < wanted; ++i) {
        all.push_back(configuration("forked=%", k_most_workers - 1 - i));
    }
    all.resize(wanted);
    return all;
}

void time_many() {
    const Workload workload = make_workload(suite(k_tests, 0.02, 1.2));
    const std::vector<Configuration> all = configurations(300);
    const auto begin = Clock::now();
    const Predictor predictor(workload, k_parameters, k_machine, k_options);
    for (const Configuration& each : all) {
        const auto before = Clock::now();
        const double wall = predictor.wall(each).value();
        std::cout << "configuration\t" << spec(each) << '\t' << wall << '\t' << since(before)
                  << '\n';
    }
    std::cout << "many_s\t" << since(begin) << '\n';
    const auto whole = Clock::now();
    static_cast<void>(predictor.predict(configuration(k_kinds[0], 8)));
    std::cout << "whole_s\t" << since(whole) << '\n';
}

void compare(const std::string& name, const Profile& profile, double cores) {
    const Workload workload = make_workload(profile);
    const Machine machine{cores, Bytes(0)};
    const Predictor predictor(workload, k_parameters, machine, k_options);
    for (const std::string& kind : k_kinds) {
        for (const std::uint32_t workers : {2U, 4U, 8U, 16U, 32U, 64U, 128U, 256U}) {
            if (!exists(kind, workers)) {
                continue;
            }
            const Configuration how = configuration(kind, workers);
            const double exact =
                simulate(workload, how, k_parameters, machine, k_options).wall.value();
            const double coarse = predictor.wall(how).value();
            std::cout << "error\t" << name << '\t' << kind << '\t' << workers << '\t' << exact
                      << '\t' << 100.0 * (coarse / exact - 1.0) << std::endl;
        }
    }
}

void compare_all() {
    compare("usual", suite(k_tests, 0.02, 1.2), 8);
    compare("64 cores", suite(k_tests, 0.02, 1.2), 64);
    compare("short tests", suite(k_tests, 0.002, 0.5), 8);
    compare("heavy tail", suite(k_tests, 0.005, 2.2), 8);
    compare("waiting", waiting(), 8);
    compare("giants", giants(), 8);
    compare("giant file", giant_file(), 8);
    compare("costly modules", suite(k_tests, 0.01, 1.0, 2.0), 8);
    compare("parameters", parameters_everywhere(), 8);
    compare("uneven files", uneven_files(), 8);
}

void grow(
    const std::string& name,
    const std::vector<std::uint32_t>& sizes,
    const PredictionOptions& options
) {
    for (const std::uint32_t tests : sizes) {
        const Workload workload = make_workload(suite(tests, 0.02, 1.2));
        const Predictor predictor(workload, k_parameters, k_machine, options);
        static_cast<void>(predictor.wall(configuration(k_kinds[0], 2)));
        for (const std::uint32_t workers : {2U, 8U, 32U, 128U, 256U}) {
            const auto begin = Clock::now();
            static_cast<void>(predictor.wall(configuration(k_kinds[0], workers)));
            std::cout << name << '\t' << tests << '\t' << workers << '\t' << since(begin) << '\n';
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string what = argc > 1 ? argv[1] : "speed";
        if (what == "speed") {
            time_many();
        } else if (what == "error") {
            compare_all();
        } else if (what == "growth") {
            grow("growth", {1'000, 10'000, 20'000, 100'000, 1'000'000}, k_options);
        } else if (what == "exact") {
            grow("exact", {1'000, 10'000, 20'000, 100'000}, {});
        }
    } catch (const std::exception& error) {
        std::cerr << "cannot measure the model: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
