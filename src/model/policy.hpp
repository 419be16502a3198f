#pragma once

// How a runner distributes tests, as a reaction to three events. A policy sees what xdist's
// controller sees and nothing else: no clock, no queue of a worker. It answers with commands.
//
// Nodes are numbered in the order in which they reported ready, because xdist iterates them in
// that order. A command to a node arrives later than it is given; the worker rule (worker.hpp)
// decides when a test starts.
//
// load, loadscope, loadfile, loadgroup and worksteal are ports of xdist/scheduler/*.py and give
// the same commands in the same order; bench/oracle compares them with the installed classes.

#include <advisor/domain/configuration.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace advisor::model {

using Test = std::uint32_t;  ///< position in Workload::tests
using Node = std::uint32_t;

class Commands {
public:
    Commands() = default;
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;
    Commands(Commands&&) = delete;
    Commands& operator=(Commands&&) = delete;
    virtual ~Commands() = default;
    virtual void run(Node node, std::span<const Test> tests) = 0;
    virtual void steal(Node node, std::span<const Test> tests) = 0;
    virtual void shut_down(Node node) = 0;
};

class Policy {
public:
    Policy() = default;
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;
    Policy(Policy&&) = delete;
    Policy& operator=(Policy&&) = delete;
    virtual ~Policy() = default;
    /// `node` has collected. Nodes come in ascending order.
    virtual void ready(Node node, Commands& commands) = 0;
    /// One test, or those of an undisturbed run in their order. `seconds`: of the last one's whole
    /// protocol on its worker, fixtures included.
    virtual void
    completed(Node node, std::span<const Test> tests, double seconds, Commands& commands) = 0;
    /// A worker that has `in_hand` tests may complete so many as one, with little or no change of
    /// what the policy does: at least one.
    [[nodiscard]] virtual std::size_t undisturbed(Node node, std::size_t in_hand) const = 0;
    /// The answer to a steal: what the worker gave back; may be empty.
    virtual void stolen(Node node, std::span<const Test> tests, Commands& commands) = 0;
    /// Enough tests failed (--maxfail): nothing more is dealt. May come more than once.
    virtual void stop(Commands& commands) = 0;
};

/// xdist's LoadScheduling.
[[nodiscard]] std::unique_ptr<Policy>
make_load_policy(std::uint32_t tests, std::uint32_t nodes, std::optional<std::uint32_t> chunk);

/// xdist's LoadScopeScheduling over `units`, the unit of each test.
[[nodiscard]] std::unique_ptr<Policy>
make_scope_policy(std::span<const std::uint32_t> units, std::uint32_t nodes, bool reorder);

/// xdist's WorkStealingScheduling.
[[nodiscard]] std::unique_ptr<Policy> make_steal_policy(std::uint32_t tests, std::uint32_t nodes);

// `grain` of the following: zero to deal as the runner does, one test or unit at a time; else a
// node gets several at once, a `grain`-th part of what would be its share of the rest.

/// Our own scheduler for xdist (planned_policy.cpp).
[[nodiscard]] std::unique_ptr<Policy>
make_planned_policy(const Workload& workload, std::uint32_t nodes, std::uint32_t grain = 0);

/// Lanes that pull by themselves from one list: `units`, the unit of each test, in the
/// order of their first tests.
[[nodiscard]] std::unique_ptr<Policy> make_pull_policy(
    std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain = 0
);

/// Forked workers: an equal run of neighbouring units each; who has none left steals half of the
/// longest (range_policy.cpp).
[[nodiscard]] std::unique_ptr<Policy> make_range_policy(
    std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain = 0
);

/// Tests of one xdist_group, or each for itself: the units of workers and lanes that pull. A single
/// one keeps the collection's order.
[[nodiscard]] std::vector<std::uint32_t>
pulled_units(const Workload& workload, std::uint32_t nodes);

/// The policy of `processes` on the xdist of that version. maxschedchunk is ignored before 3.2,
/// the order of units is the collection's before 3.5: such versions lack the option.
[[nodiscard]] std::unique_ptr<Policy> make_policy(
    const Workload& workload,
    const Processes& processes,
    XdistVersion version,
    std::uint32_t grain = 0
);

}  // namespace advisor::model
