#include "model/build.hpp"

#include <advisor/base/random.hpp>
#include <advisor/domain/configuration.hpp>

#include <algorithm>
#include <cmath>

namespace advisor::building {

Demand demand(double cpu, double blocked) {
    Demand result;
    result.cpu = Seconds(cpu);
    result.gil = Seconds(cpu);
    result.blocked = Seconds(blocked);
    return result;
}

std::uint32_t Suite::unit(const std::string& name) {
    made.unit_names.push_back(name);
    return static_cast<std::uint32_t>(made.unit_names.size() - 1);
}

Suite::File Suite::file(const std::string& name) {
    for (const auto& [known, place] : files_) {
        if (known == name) {
            return place;
        }
    }
    made.nodes.push_back({0});
    const File place{unit(name), static_cast<std::uint32_t>(made.nodes.size() - 1)};
    files_.emplace_back(name, place);
    return place;
}

std::uint32_t Suite::test(const std::string& name, Demand cost) {
    const auto position = static_cast<std::uint32_t>(made.tests.size());
    const File place = file(name);
    WorkTest test;
    test.test = {position};
    test.demand = cost;
    test.scope = place.unit;
    test.file = place.unit;
    test.node = place.node;
    made.test_names.push_back(name + "::test_" + std::to_string(position));
    test.group = unit(made.test_names.back());
    made.tests.push_back(test);
    made.collected = made.tests.size();
    needs_.emplace_back();
    return position;
}

void Suite::tests(const std::string& name, std::uint32_t count, Demand cost) {
    for (std::uint32_t i = 0; i < count; ++i) {
        test(name, cost);
    }
}

void Suite::fixture(
    const std::string& name, Scope scope, Demand setup, const std::vector<std::uint32_t>& users
) {
    const auto index = static_cast<std::uint32_t>(made.fixtures.size());
    made.fixtures.push_back({FixtureUse{{index}}, scope, setup, {}});
    made.fixture_names.push_back(name);
    for (const std::uint32_t user : users) {
        const std::uint32_t node = scope == Scope::session ? 0 : made.tests[user].node;
        needs_[user].push_back({index, node});
    }
}

void Suite::group(const std::string& name, const std::vector<std::uint32_t>& members) {
    const std::uint32_t id = unit(name);
    for (const std::uint32_t member : members) {
        made.tests[member].group = id;
        made.tests[member].marked = true;
    }
}

Workload Suite::workload() const {
    Workload result = made;
    for (std::size_t i = 0; i < result.tests.size(); ++i) {
        result.tests[i].first_need = static_cast<std::uint32_t>(result.needs.size());
        result.tests[i].needs = static_cast<std::uint32_t>(needs_[i].size());
        result.needs.insert(result.needs.end(), needs_[i].begin(), needs_[i].end());
    }
    return result;
}

ModelParameters free_runner(std::uint32_t cores) {
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}};
    if (cores > 1) {
        parameters.capacity.push_back({cores, static_cast<double>(cores)});
    }
    parameters.relative_error = 0.0;
    return parameters;
}

ModelParameters usual_runner(std::uint32_t cores) {
    ModelParameters parameters = free_runner(cores);
    parameters.interpreter_start = Seconds(0.02);
    parameters.gateway_wall = Seconds(0.08);
    parameters.gateway_cpu = Seconds(0.06);
    parameters.worker_boot_wall = Seconds(0.35);
    parameters.worker_boot_cpu = Seconds(0.3);
    parameters.worker_test_cpu = Seconds(0.0003);
    parameters.controller_test_cpu = Seconds(0.0005);
    parameters.controller_scope_cpu = Seconds(1e-8);
    parameters.controller_id_cpu = Seconds(1e-6);
    parameters.message_latency = Seconds(0.0002);
    parameters.worker_exit_wall = Seconds(0.15);
    parameters.worker_exit_cpu = Seconds(0.05);
    parameters.fork_wall = Seconds(0.01);
    parameters.relative_error = 0.05;
    if (cores > 1) {
        parameters.capacity.back().capacity = 0.7 * cores;
    }
    return parameters;
}

Machine machine(double cores) {
    return {cores, Bytes(0)};
}

Configuration configuration(const std::string& spec) {
    return parse_configuration(spec).value();
}

Simulation simulated(const Workload& workload, const std::string& spec, std::uint32_t cores) {
    return simulate(workload, configuration(spec), free_runner(cores), machine(cores), {});
}

Workload random_suite(std::uint64_t seed, std::uint32_t tests) {
    Random random(seed);
    Suite suite;
    suite.made.boot = demand(0.3, 0.05);
    suite.made.collection = demand(0.2 * random.uniform(), 0.02);
    suite.made.finish = demand(0.05);
    const std::uint32_t files = 1 + random.below(std::max(1U, tests / 5));
    std::vector<std::vector<std::uint32_t>> members(3);
    std::vector<std::uint32_t> users;
    std::vector<std::uint32_t> of_file;
    for (std::uint32_t i = 0; i < tests; ++i) {
        const std::uint32_t number = i * files / tests;
        const double length = std::min(5.0, 0.02 * std::exp(1.5 * random.normal()));
        const double waiting = random.uniform() < 0.4 ? random.uniform() : 0.0;
        Demand cost = demand(length * (1.0 - waiting), length * waiting);
        cost.releases = 10.0 * waiting;
        if (random.uniform() < 0.1) {
            cost.overlapped = cost.cpu * random.uniform();
            cost.cpu += cost.overlapped;
        }
        const std::uint32_t at = suite.test("f" + std::to_string(number) + ".py", cost);
        if (random.uniform() < 0.1) {
            members[random.below(3)].push_back(at);
        }
        if (random.uniform() < 0.5) {
            users.push_back(at);
        }
        if (number % 3 == 0) {
            of_file.push_back(at);
        }
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        suite.group("group" + std::to_string(i), members[i]);
    }
    suite.fixture("database", Scope::session, demand(0.1 * random.uniform(), 0.2), users);
    suite.fixture("tables", Scope::module, demand(0.05, 0.1 * random.uniform()), of_file);
    suite.made.fixtures[0].teardown = demand(0.0, 0.05);
    suite.made.process_rss = Bytes(100 << 20);
    suite.made.collected_rss = Bytes(60 << 20);
    Random of_threads(seed + 1);
    for (WorkTest& test : suite.made.tests) {
        test.alone = of_threads.uniform() < 0.05;
    }
    return suite.workload();
}

std::string orders(const Simulation& simulation, std::uint32_t workers) {
    std::vector<std::string> each(workers);
    for (const ScheduledTest& test : simulation.schedule) {
        std::string& order = each.at(test.worker);
        order += (order.empty() ? "" : " ") + std::to_string(test.test.value);
    }
    std::string all;
    for (const std::string& order : each) {
        all += (&order == each.data() ? "" : "; ") + order;
    }
    return all;
}

double part(const Breakdown& breakdown, const std::string& name) {
    const auto found = std::find_if(breakdown.begin(), breakdown.end(), [&](const auto& each) {
        return each.first == name;
    });
    return found == breakdown.end() ? std::nan("") : found->second.value();
}

double sum(const Breakdown& breakdown) {
    double total = 0.0;
    for (const auto& [name, time] : breakdown) {
        total += time.value();
    }
    return total;
}

std::vector<std::string> all_kinds(std::uint32_t workers) {
    const std::string n = std::to_string(workers);
    std::vector<std::string> specs{"sequential", "forked=" + n, "threads=" + n};
    for (const char* dist :
         {"load", "loadscope", "loadfile", "loadgroup", "worksteal", "planned"}) {
        specs.push_back("processes=" + n + ",dist=" + dist);
    }
    specs.push_back("processes=" + n + ",dist=load,maxschedchunk=1");
    specs.push_back("forked=" + n + ",threads=2");
    specs.push_back("shards=2,processes=" + n + ",dist=worksteal");
    return specs;
}

}  // namespace advisor::building
