#pragma once

// Which fixtures a worker sets up and tears down around each test.

#include <advisor/model/workload.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace advisor::model {

/// The needs of a workload, numbered: an instance is a fixture with one parameter at one node.
class FixturePlan {
public:
    struct Instance {
        WorkNeed need;
        /// Instances of equal slot cannot live side by side: the same fixture, another parameter.
        std::uint32_t slot = 0;
    };

    explicit FixturePlan(const Workload& workload);

    [[nodiscard]] const std::vector<Instance>& instances() const { return instances_; }
    /// What a test needs, in order of instantiation. Tests of one set have equal needs.
    [[nodiscard]] std::span<const std::uint32_t> needs(std::uint32_t test) const {
        return sets_[set_of_test_[test]];
    }
    [[nodiscard]] std::uint32_t set_of(std::uint32_t test) const { return set_of_test_[test]; }
    /// True if it needs something that does not live for the session.
    [[nodiscard]] bool is_narrow(std::uint32_t test) const {
        return is_narrow_set_[set_of_test_[test]];
    }
    /// Instances that live for the session.
    [[nodiscard]] std::size_t wides() const { return wides_; }
    /// Its innermost collector.
    [[nodiscard]] std::uint32_t node_of(std::uint32_t test) const { return node_of_test_[test]; }
    /// True if `node` is the innermost collector of the test or lies above it.
    [[nodiscard]] bool holds(std::uint32_t node, std::uint32_t test) const;

    [[nodiscard]] const Workload& workload() const { return workload_; }

private:
    const Workload& workload_;
    std::vector<Instance> instances_;
    std::vector<std::vector<std::uint32_t>> sets_;
    std::vector<bool> is_narrow_set_;
    std::size_t wides_ = 0;
    std::vector<std::uint32_t> set_of_test_;
    std::vector<std::uint32_t> node_of_test_;
};

/// What the fixtures around one test cost.
struct FixtureVisit {
    Demand demand;
    Seconds repeated;  ///< of demand.alone(): by instances that were there before, on any worker
};

/// What lives on each worker, by pytest's rule (_pytest/runner.py, SetupState.teardown_exact):
/// after a test every collector is left that does not hold the worker's next test, and the
/// instances that live there are torn down. So a fixture is set up once for each maximal run of
/// tests below its node. An instance with another parameter is torn down before the new one is
/// set up. Not modelled: that this also tears down the fixtures which depend on it.
class LiveFixtures {
public:
    /// `factors`, by fixture, scale the costs; empty: none.
    LiveFixtures(const FixturePlan& plan, std::span<const double> factors, std::uint32_t workers);

    /// Around `test` on `worker`; `next` is the worker's next test, null at its end.
    [[nodiscard]] FixtureVisit
    visit(std::uint32_t worker, std::uint32_t test, const std::uint32_t* next);

    /// How often each instance was set up so far, on whichever worker.
    [[nodiscard]] const std::vector<std::uint32_t>& setups() const { return setups_; }

    /// True if nothing lives there that does not live for the session.
    [[nodiscard]] bool is_bare(std::uint32_t worker) const { return rooms_[worker].narrow == 0; }
    /// True if all lives there that may live for the session.
    [[nodiscard]] bool has_all_wide(std::uint32_t worker) const {
        const Room& room = rooms_[worker];
        return room.live.size() - room.narrow == plan_.wides();
    }
    /// True if all that `test` needs is known to live.
    [[nodiscard]] bool is_ready(std::uint32_t worker, std::uint32_t test) const {
        return rooms_[worker].knows(plan_.set_of(test));
    }

    /// True if nothing is set up or torn down between `test` and the worker's next test, as far as
    /// can be told at once. All that `test` needs must be known to live or be looked at by visit().
    [[nodiscard]] bool
    is_quiet(std::uint32_t worker, std::uint32_t test, std::uint32_t next) const {
        return is_ready(worker, test)
               && (is_bare(worker) || plan_.node_of(test) == plan_.node_of(next));
    }

private:
    /// What a worker has.
    struct Room {
        std::vector<std::uint32_t> live;  ///< instances, oldest first
        std::uint32_t narrow = 0;         ///< of them, those that do not live for the session
        /// All needs of these sets live: the last ones seen, the oldest of which is forgotten
        /// first.
        std::array<std::uint32_t, 4> settled{};
        std::size_t oldest = 0;
        [[nodiscard]] bool knows(std::uint32_t set) const {
            return std::find(settled.begin(), settled.end(), set) != settled.end();
        }
    };

    void set_up(Room& room, std::uint32_t test, FixtureVisit& visit);
    void tear_down(Room& room, std::size_t place, FixtureVisit& visit);

    const FixturePlan& plan_;
    std::span<const double> factors_;
    std::vector<Room> rooms_;            ///< by worker
    std::vector<std::uint32_t> setups_;  ///< so far, by instance
    std::vector<bool> was_torn_down_;
};

}  // namespace advisor::model
