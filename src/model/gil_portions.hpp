#pragma once

// A run of tests on a thread in few portions, as the GIL sees them.

#include <advisor/model/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/course.hpp"

namespace advisor::model {

/// How a thread waits for the GIL, and makes others wait, depends on how long its bursts are and on
/// which part of its time it holds the GIL. Tests that are alike in both make one longer test of the
/// same kind: their sums are exact, but for the mean of what differs within a kind. Unlike those of
/// processes on cores, tests of different kinds must not be added up.
class GilPortions {
public:
    explicit GilPortions(Seconds switch_interval);

    /// A test, or what is around tests.
    void add(const Demand& demand);
    /// What was added since the last call, the first portion last. `from`: where in the sequence of
    /// kinds to begin, as a part of all, 0 to 1. The portion there is divided.
    void take(double from, std::vector<Demand>& portions);

private:
    [[nodiscard]] std::size_t kind_of(const Demand& demand) const;

    double interval_;
    std::vector<Demand> kinds_;
    std::vector<double> counts_;
};

/// When a worker with so many busy lanes has done all before each position of `course`, as seen by
/// the lane that runs them one after the other. All turns at the GIL wait equally long w, so long
/// that lanes and GIL are both busy all the time, if the GIL is at all: with V turns of all tests
/// that hold it for H and spend E elsewhere, N H = H + E + V w.
[[nodiscard]] std::vector<double>
clock_with_gil(const Course& course, std::uint32_t lanes, Seconds switch_interval);

}  // namespace advisor::model
