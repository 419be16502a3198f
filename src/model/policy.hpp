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

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/course.hpp"
#include "model/queue.hpp"

namespace advisor::model {

using Node = std::uint32_t;

/// Seconds from which on xdist's `load` calls a test long.
constexpr double k_long_test_s = 0.1;

class Commands {
public:
    Commands() = default;
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;
    Commands(Commands&&) = delete;
    Commands& operator=(Commands&&) = delete;
    virtual ~Commands() = default;
    virtual void run(Node node, std::span<const Stretch> tests) = 0;
    /// Asks for the last `tests` of all that were sent to the node.
    virtual void steal(Node node, std::size_t tests) = 0;
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
    /// The next test of what was sent to the node, or so many of an undisturbed run. `seconds`: of
    /// the last one's whole protocol on its worker, fixtures included.
    virtual void completed(Node node, std::size_t tests, double seconds, Commands& commands) = 0;
    /// A worker that has `in_hand` tests may complete so many as one, with little or no change of
    /// what the policy does: at least one. `long_ones`: each takes k_long_test_s or longer.
    [[nodiscard]] virtual std::size_t
    undisturbed(Node node, std::size_t in_hand, bool long_ones) const = 0;
    /// How often a worker that runs these tests has to wait for a message in between.
    [[nodiscard]] virtual std::uint32_t pauses(Stretch) const { return 0; }
    /// The answer to a steal: what the worker gave back; may be empty.
    virtual void stolen(Node node, std::span<const Stretch> tests, Commands& commands) = 0;
    /// Enough tests failed (--maxfail): nothing more is dealt. May come more than once.
    virtual void stop(Commands& commands) = 0;
};

/// xdist's LoadScheduling.
[[nodiscard]] std::unique_ptr<Policy>
make_load_policy(std::uint32_t tests, std::uint32_t nodes, std::optional<std::uint32_t> chunk);

/// xdist's WorkStealingScheduling.
[[nodiscard]] std::unique_ptr<Policy> make_steal_policy(std::uint32_t tests, std::uint32_t nodes);

// `grain` of the following: zero to deal as the runner does, one test or unit at a time; else a
// node gets several at once, a `grain`-th part of what would be its share of the rest.

/// xdist's LoadScopeScheduling over the units of `course`.
[[nodiscard]] std::unique_ptr<Policy>
make_scope_policy(const Course& course, std::uint32_t nodes, std::uint32_t grain = 0);

/// Our own scheduler for xdist (planned_policy.cpp); `course` is that of the plan.
[[nodiscard]] std::unique_ptr<Policy> make_planned_policy(
    const Plan& plan, const Course& course, std::uint32_t nodes, std::uint32_t grain = 0
);

/// Lanes that pull by themselves from one list, unit by unit. `clock`: as in Rounds.
[[nodiscard]] std::unique_ptr<Policy> make_pull_policy(
    const Course& course,
    std::uint32_t nodes,
    std::uint32_t grain = 0,
    std::vector<double> clock = {}
);

/// Forked workers: an equal run of neighbouring units each; who has none left steals half of the
/// longest (range_policy.cpp).
[[nodiscard]] std::unique_ptr<Policy>
make_range_policy(const Course& course, std::uint32_t nodes, std::uint32_t grain = 0);

/// The course that a runner's policy deals, on the xdist of that version: the order of units is the
/// collection's before 3.5, for such versions lack the option.
[[nodiscard]] const Course&
course_of(const Courses& courses, const Configuration& configuration, XdistVersion version);

/// The policy of `nodes` workers or lanes; xdist before 3.2 ignores maxschedchunk.
[[nodiscard]] std::unique_ptr<Policy> make_policy(
    const Courses& courses,
    const Configuration& configuration,
    std::uint32_t nodes,
    XdistVersion version,
    std::uint32_t grain = 0,
    std::vector<double> clock = {}
);

}  // namespace advisor::model
