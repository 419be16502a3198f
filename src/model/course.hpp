#pragma once

// The tests of a suite in the order in which a policy deals them, with what a stretch of
// neighbours costs: made once for a suite and used by every configuration.

#include <advisor/model/workload.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/fixtures.hpp"
#include "model/gil_portions.hpp"
#include "model/planned_units.hpp"
#include "model/queue.hpp"

namespace advisor::model {

/// Tests unit by unit, units in the order of their first tests or by falling size, and where each
/// unit ends. `units`: the unit of each test.
[[nodiscard]] std::pair<std::vector<std::uint32_t>, std::vector<Test>>
by_unit(std::span<const std::uint32_t> units, bool by_size = false);

/// Positions are Tests; units are neighbours that a policy deals together.
class Course {
public:
    /// `order`: positions in Workload::tests. `units`: where each unit ends, ascending; empty: each
    /// test is one.
    Course(const FixturePlan& plan, std::vector<std::uint32_t> order, std::vector<Test> units);

    [[nodiscard]] Test size() const { return static_cast<Test>(order_.size()); }
    /// Its position in Workload::tests.
    [[nodiscard]] std::uint32_t test(Test position) const { return order_[position]; }

    [[nodiscard]] std::uint32_t units() const { return static_cast<std::uint32_t>(units_.size()); }
    [[nodiscard]] Stretch unit(std::uint32_t i) const { return unit(i, i + 1); }
    /// All units from `begin` up to `end`.
    [[nodiscard]] Stretch unit(std::uint32_t begin, std::uint32_t end) const {
        return {begin == 0 ? 0 : units_[begin - 1], end == 0 ? 0 : units_[end - 1]};
    }

    /// Without fixtures. Of a single test to the last bit, of several as a difference of sums.
    [[nodiscard]] Demand demand(Stretch tests) const;
    /// Of that, alone, up to each position.
    [[nodiscard]] std::span<const double> clock() const { return seconds_; }
    /// Of a stretch.
    [[nodiscard]] double seconds(Stretch tests) const {
        return seconds_[tests.end] - seconds_[tests.begin];
    }
    /// The end of the shortest stretch from `begin` that takes so long, at most `end`.
    [[nodiscard]] Test reach(Stretch within, double seconds) const;
    /// The next position at which a worker that comes from `position` may have to do something
    /// about fixtures: the test has other needs than the one before it, or another collector.
    [[nodiscard]] Test next_change(Test position) const {
        return std::min(changes_[position].needs, changes_[position].collector);
    }
    /// The same for a worker that has run all tests of this collector that stand before it here:
    /// the test is the first of them with one of its needs, or has another collector.
    [[nodiscard]] Test next_news(Test position) const { return changes_[position].news; }
    /// The next position of a test with other needs than the one before it.
    [[nodiscard]] Test next_needs(Test position) const { return changes_[position].needs; }
    /// The first position from `position` on at which a worker that has all that lives for the
    /// session may have to do something.
    [[nodiscard]] Test next_narrow(Test position) const { return changes_[position].narrow; }
    /// True if the test before it has another collector.
    [[nodiscard]] bool begins_collector(Test position) const {
        return position == 0 || changes_[position - 1].collector == position;
    }
    /// The next position with another collector.
    [[nodiscard]] Test collector_end(Test position) const { return changes_[position].collector; }

private:
    void find_changes(const FixturePlan& plan);

    const Workload& workload_;
    std::vector<std::uint32_t> order_;
    std::vector<Test> units_;      ///< their ends
    std::vector<Demand> sums_;     ///< of all before a position
    std::vector<double> seconds_;  ///< the same, alone
    struct Change {
        Test needs = 0;
        Test news = 0;
        Test collector = 0;
        Test narrow = 0;
    };
    std::vector<Change> changes_;
};

/// All courses of a suite. Not for several threads at once.
class Courses {
public:
    explicit Courses(const Workload& workload);

    [[nodiscard]] const FixturePlan& fixtures() const { return fixtures_; }
    /// In collection order, each test its own unit.
    [[nodiscard]] const Course& collection() const;
    /// By scope, file or group: units in the order of their first tests, or by falling number of
    /// tests (stable, as sorted() in LoadScopeScheduling).
    [[nodiscard]] const Course& by(std::uint32_t WorkTest::*unit, bool by_size) const;
    /// Tests of one xdist_group, or each for itself: the units of forked workers.
    [[nodiscard]] const Course& pulled() const;
    /// The same of what lanes pull, which is not what must run alone.
    [[nodiscard]] const Course& on_lanes() const;
    /// What must run alone: positions in Workload::tests, in collection order.
    [[nodiscard]] const std::vector<std::uint32_t>& alone() const { return alone_; }
    /// What our own scheduler deals.
    [[nodiscard]] const Plan& plan() const;
    [[nodiscard]] const Course& planned() const;
    /// Of the tests that lanes pull.
    [[nodiscard]] const GilKinds& gil_kinds(Seconds switch_interval) const;

private:
    enum class Kind : std::uint8_t { collection, scope, file, group, pulled, on_lanes, planned };
    template <typename Make>
    const Course& known(Kind kind, bool by_size, const Make& make) const;

    const Workload& workload_;
    FixturePlan fixtures_;
    std::vector<std::uint32_t> alone_;
    [[nodiscard]] std::vector<std::uint32_t> pulled_units() const;
    mutable std::map<std::pair<Kind, bool>, Course> courses_;
    mutable std::unique_ptr<Plan> plan_;
    mutable std::map<Seconds, GilKinds> gil_kinds_;
};

}  // namespace advisor::model
