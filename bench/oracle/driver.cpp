// Runs scenarios through the model and says which worker ran which tests in which order.
//
// Standard input, for each scenario a line and a line for each of its tests, fields apart by tabs:
//   XDIST  DIST  WORKERS  MAXSCHEDCHUNK  REORDER  MAXFAIL  LATENCY  SERVICE  TESTS
//   SECONDS  FAILS  ID  GROUPS
// Times are whole ticks of 2^-12 s, so that sums are exact and equal times are equal. XDIST is a
// version, a MAXSCHEDCHUNK or MAXFAIL of 0 is none, REORDER and FAILS are 0 or 1, GROUPS are names
// apart by commas, innermost mark last. Standard output, for each scenario: WALL in ticks, then the
// positions of each worker's tests, apart by spaces, workers apart by ";".

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace advisor;

constexpr double k_ticks_each_s = 4096.0;

/// More cores than any scenario has workers: who runs, runs undisturbed.
constexpr std::uint32_t k_cores = 4096;

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, at);) {
        parts.push_back(part);
    }
    return parts;
}

std::uint32_t number(const std::string& text) {
    return static_cast<std::uint32_t>(std::stoul(text));
}

Seconds ticks(const std::string& text) {
    return Seconds(static_cast<double>(std::stoll(text)) / k_ticks_each_s);
}

TestCost test_of(const std::string& line) {
    const std::vector<std::string> fields = split(line, '\t');
    TestCost test;
    test.id = fields.at(2);
    test.module_length = static_cast<std::uint32_t>(std::min(test.id.find("::"), test.id.size()));
    test.outcome = fields.at(1) == "1" ? TestOutcome::failed : TestOutcome::passed;
    test.call.wall = ticks(fields.at(0));  // nothing of it computes
    if (fields.size() > 3) {
        test.groups = split(fields[3], ',');
    }
    return test;
}

void answer(const std::vector<std::string>& fields) {
    Configuration configuration;
    Processes processes;
    processes.dist = distribution_named(fields.at(1)).value();
    processes.workers = number(fields.at(2));
    if (fields.at(3) != "0") {
        processes.maxschedchunk = number(fields.at(3));
    }
    processes.scope_reorder = fields.at(4) == "1";
    configuration.runner = processes;

    PredictionOptions options;
    options.xdist = parse_xdist_version(fields.at(0)).value();
    options.maxfail = number(fields.at(5));

    ModelParameters parameters;
    parameters.message_latency = ticks(fields.at(6));
    parameters.controller_test_cpu = ticks(fields.at(7));
    parameters.capacity = {{1, 1.0}, {k_cores, k_cores}};

    Profile profile;
    profile.host.rung = Rung::proc_only;
    profile.interpreter.xdist_version = fields.at(0);
    for (auto left = number(fields.at(8)); left > 0; --left) {
        std::string line;
        std::getline(std::cin, line);
        profile.tests.push_back(test_of(line));
    }
    const Simulation simulation =
        simulate(make_workload(profile), configuration, parameters, {k_cores, Bytes(0)}, options);
    std::vector<std::string> workers(processes.workers);
    for (const ScheduledTest& test : simulation.schedule) {
        std::string& tests = workers.at(test.worker);
        tests += (tests.empty() ? "" : " ") + std::to_string(test.test.value);
    }
    std::cout << simulation.wall.value() * k_ticks_each_s;
    for (const std::string& tests : workers) {
        std::cout << ';' << tests;
    }
    std::cout << '\n';
}

}  // namespace

int main() {
    try {
        std::cout.precision(17);
        for (std::string line; std::getline(std::cin, line);) {
            answer(split(line, '\t'));
        }
    } catch (const std::exception& error) {
        std::cerr << "cannot read the scenarios: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
