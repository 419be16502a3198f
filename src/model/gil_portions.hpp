#pragma once

// A run of tests on a thread in few portions, as the GIL sees them.

#include <advisor/model/workload.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/queue.hpp"

namespace advisor::model {

class Course;

/// How a thread waits for the GIL, and makes others wait, depends on how long its bursts are and on
/// which part of its time it holds the GIL. Tests that are alike in both are of one kind, and may
/// be added up to one longer test of that kind. Unlike those of processes on cores, tests of
/// different kinds may not.
class GilKinds {
public:
    static constexpr std::size_t k_kinds = 16;

    GilKinds(const Course& course, Seconds switch_interval);

    [[nodiscard]] std::size_t of(Test position) const { return kinds_[position]; }
    /// Of the test, as in its course: here all lie one behind the other.
    [[nodiscard]] const Demand& demand(Test position) const { return demands_[position]; }

    /// When a worker with so many busy lanes has done all before each position, as seen by the lane
    /// that runs them one after the other. All turns at the GIL wait equally long w, so long that
    /// lanes and GIL are both busy all the time, if the GIL is at all: with V turns of all tests
    /// that hold it for H and spend E elsewhere, N H = H + E + V w.
    [[nodiscard]] std::vector<double> clock(std::uint32_t lanes) const;

    /// Of what is around tests.
    [[nodiscard]] std::size_t of(const Demand& demand) const;

private:
    const Course& course_;
    double interval_;
    double held_ = 0.0;  ///< of all
    std::vector<Demand> demands_;
    std::vector<std::uint8_t> kinds_;
    std::vector<double> turns_;  ///< of all before a position
};

class GilPortions {
public:
    void add(std::size_t kind, const Demand& test) {
        kinds_[kind] += test;
        counts_[kind] += 1.0;
    }
    /// Adds so much to each test.
    void add_to_each(const Demand& extra);
    /// Of all that was added since the last take().
    [[nodiscard]] Demand sum() const;
    /// That, as one.
    [[nodiscard]] Demand take_whole();
    /// The portions, the first one last. `from`: where in the sequence of kinds to begin, as a part
    /// of all, 0 to 1. The portion there is divided.
    void take(double from, std::vector<Demand>& portions);

private:
    void join_short();

    std::array<Demand, GilKinds::k_kinds> kinds_{};
    std::array<double, GilKinds::k_kinds> counts_{};
};

}  // namespace advisor::model
