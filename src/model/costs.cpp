#include "model/costs.hpp"

#include <algorithm>

namespace advisor::model {

namespace {

Demand computing(Seconds cpu) {
    Demand demand;
    demand.cpu = std::max(cpu, Seconds(0));
    demand.gil = demand.cpu;
    return demand;
}

/// The interpreter of a worker starts within its gateway.
Demand without_start(Demand boot, Seconds interpreter_start) {
    const Seconds computing = boot.cpu - boot.overlapped;
    const Seconds spared = std::clamp(interpreter_start, Seconds(0), computing);
    boot.cpu -= spared;
    boot.gil = std::min(boot.gil, boot.cpu);
    return boot;
}

bool is_scope_family(Distribution dist) {
    return dist == Distribution::loadscope || dist == Distribution::loadfile
           || dist == Distribution::loadgroup;
}

/// xdist's scope family searches the whole collection for each test that it assigns
/// (LoadScopeScheduling._assign_work_unit), and counts what a node has had for each that completes.
Seconds controller_time(
    const Workload& workload, const Processes& processes, const ModelParameters& parameters
) {
    const auto collected = static_cast<double>(workload.collected);
    return parameters.controller_test_cpu
           + (is_scope_family(processes.dist) ? parameters.controller_scope_cpu * collected
                                              : Seconds(0));
}

void add_xdist(
    RunCosts& costs,
    const Workload& workload,
    const Processes& processes,
    const ModelParameters& parameters
) {
    costs.style = Style::xdist;
    costs.workers = std::max(1U, processes.workers);
    costs.spawn = span_of(parameters.gateway_wall, parameters.gateway_cpu);
    costs.worker_boot = wider(
        span_of(parameters.worker_boot_wall, parameters.worker_boot_cpu),
        without_start(workload.boot, parameters.interpreter_start)
    );
    costs.collected_message =
        computing(parameters.controller_id_cpu * static_cast<double>(workload.collected));
    costs.test_extra = computing(parameters.worker_test_cpu);
    costs.test_message = computing(controller_time(workload, processes, parameters));
    costs.latency = std::max(parameters.message_latency, Seconds(0));
    // Of an empty suite workers and controller together take worker_exit_wall.
    const Seconds computed = std::min(parameters.worker_exit_cpu, parameters.worker_exit_wall);
    costs.worker_exit = wider(computing(computed), workload.finish + workload.exit);
    costs.finish = workload.finish;  // the controller has imported no tests that it must clear away
    Demand waiting;
    waiting.blocked = std::max(Seconds(0), parameters.worker_exit_wall - computed);
    if (waiting.alone() > costs.finish.alone()) {
        costs.finish.blocked += waiting.alone() - costs.finish.alone();
    }
}

}  // namespace

Demand span_of(Seconds wall, Seconds cpu) {
    Demand demand = computing(cpu);
    demand.blocked = std::max(Seconds(0), wall - demand.cpu);
    demand.overlapped = std::max(Seconds(0), demand.cpu - std::max(wall, Seconds(0)));
    return demand;
}

Demand wider(const Demand& a, const Demand& b) {
    const Seconds computing = std::max(a.cpu - a.overlapped, b.cpu - b.overlapped);
    Demand demand;
    demand.overlapped = std::max(a.overlapped, b.overlapped);
    demand.cpu = computing + demand.overlapped;
    demand.blocked = std::max(a.blocked, b.blocked);
    demand.gil = std::max(a.gil, b.gil);
    demand.releases = std::max(a.releases, b.releases);
    return demand;
}

RunCosts costs_of(
    const Workload& workload, const Configuration& configuration, const ModelParameters& parameters
) {
    RunCosts costs;
    costs.boot = workload.boot;
    costs.collection = workload.collection;
    costs.finish = workload.finish + workload.exit;
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        add_xdist(costs, workload, *processes, parameters);
    } else if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        costs.style = Style::forked;
        costs.workers = std::max(1U, forked->workers);
        costs.lanes = std::max(1U, forked->lanes);
        costs.spawn = computing(parameters.fork_wall);
        costs.test_extra = computing(parameters.forked_test_cpu);
        costs.test_message = computing(parameters.forked_parent_cpu);
    } else if (const auto* threads = std::get_if<Threads>(&configuration.runner)) {
        costs.lanes = std::max(1U, threads->lanes);
    }
    return costs;
}

}  // namespace advisor::model
