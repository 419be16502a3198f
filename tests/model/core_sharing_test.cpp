#include "model/core_sharing.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "model/build.hpp"

using namespace advisor;
using namespace advisor::model;
using building::free_runner;
using building::machine;
using doctest::Approx;

namespace {

std::vector<double> rates(const CoreSharing& of, const std::vector<CoreUse>& uses) {
    CoreSharing cores = of;
    const auto found = cores.rates(uses);
    return {found.begin(), found.end()};
}

/// What all together compute each second, in cores.
double computed(const std::vector<CoreUse>& uses, const std::vector<double>& found) {
    double sum = 0.0;
    for (std::size_t i = 0; i < uses.size(); ++i) {
        sum += uses[i].count * uses[i].width * uses[i].fraction * found[i];
    }
    return sum;
}

}  // namespace

TEST_CASE("as many processes as cores run as if alone") {
    const CoreSharing two(free_runner(2), machine(2));
    CHECK(rates(two, {{1.0}, {1.0}}) == std::vector<double>{1.0, 1.0});
    CHECK(rates(two, {{0.0}, {0.0}, {0.0}}) == std::vector<double>{1.0, 1.0, 1.0});
}

TEST_CASE("processes that only compute share the cores evenly") {
    const CoreSharing two(free_runner(2), machine(2));
    for (const double rate : rates(two, {{1.0}, {1.0}, {1.0}, {1.0}})) {
        CHECK(rate == Approx(0.5));
    }
}

TEST_CASE("two that compute half of their time on one core progress at 0.8") {
    // Mean value analysis of a closed network with a delay of 1 and a server of 1: with one
    // customer R = 1, X = 1/2, Q = 1/2; with two R = 1 + 1/2, X = 2 / (1 + 1.5) = 0.8 a second,
    // 0.4 each, where one alone makes 0.5.
    const CoreSharing one(free_runner(1), machine(1));
    const auto found = rates(one, {{0.5}, {0.5}});
    CHECK(found[0] == Approx(0.8));
    CHECK(found[1] == Approx(0.8));
}

TEST_CASE("a calibrated curve takes the place of whole cores") {
    // Two hyper-threads that together do 1.3 of one.
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}, {2, 1.3}};
    const CoreSharing siblings(parameters, machine(2));
    CHECK(rates(siblings, {{1.0}, {1.0}})[0] == Approx(0.65));
    CHECK(rates(siblings, {{1.0}})[0] == Approx(1.0));
    // Flat beyond its last point.
    CHECK(rates(siblings, {{1.0}, {1.0}, {1.0}, {1.0}})[0] == Approx(1.3 / 4));
}

TEST_CASE("a quota of half a core slows even a single process") {
    const CoreSharing half(free_runner(4), machine(0.5));
    CHECK(rates(half, {{1.0}})[0] == Approx(0.5));
    CHECK(half.most_capacity() == Approx(0.5));
}

TEST_CASE("a process that computes on two cores is as two") {
    const CoreSharing two(free_runner(2), machine(2));
    CHECK(rates(two, {{1.0, 2.0}})[0] == Approx(1.0));
    CHECK(rates(two, {{1.0, 2.0}, {1.0, 1.0}})[1] == Approx(2.0 / 3));
}

TEST_CASE("a count is as good as so many entries") {
    const CoreSharing four(free_runner(4), machine(4));
    const auto each = rates(four, {{0.7}, {0.7}, {0.7}, {0.4}, {0.4}, {0.9}});
    const auto counted = rates(four, {{0.7, 1.0, 3.0}, {0.4, 1.0, 2.0}, {0.9}});
    CHECK(counted[0] == Approx(each[0]));
    CHECK(counted[1] == Approx(each[3]));
    CHECK(counted[2] == Approx(each[5]));
}

TEST_CASE("no mix computes more than the capacity, and nobody runs faster than alone") {
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}, {4, 3.1}, {8, 4.0}};
    const CoreSharing cores(parameters, machine(8));
    for (const double fraction : {0.05, 0.3, 0.5, 0.8, 0.97, 1.0}) {
        for (const double count : {1.0, 3.0, 8.0, 20.0, 47.0, 48.0, 60.0, 300.0}) {
            const std::vector<CoreUse> uses{{fraction, 1.0, count}, {0.6, 1.5, 2.0}};
            const auto found = rates(cores, uses);
            CAPTURE(fraction);
            CAPTURE(count);
            CHECK(computed(uses, found) <= 4.0 * (1.0 + 1e-6));
            for (const double rate : found) {
                CHECK(rate > 0.0);
                CHECK(rate <= 1.0);
            }
        }
    }
}

TEST_CASE("the mean field takes over from the exact sums without a jump") {
    const CoreSharing cores(free_runner(8), machine(8));
    for (const double fraction : {0.1, 0.3, 0.6, 1.0}) {
        const double below = rates(cores, {{fraction, 1.0, 48.0}})[0];
        const double above = rates(cores, {{fraction, 1.0, 49.0}})[0];
        CAPTURE(fraction);
        // One more of 48, and the mean field's own error: most at the knee, 8 / 48 = 0.17.
        CHECK(above / below == Approx(48.0 / 49).epsilon(0.06));
    }
}

TEST_CASE("more processes never let one run faster") {
    const CoreSharing cores(free_runner(4), machine(4));
    double last = 1.0;
    for (int count = 1; count <= 48; ++count) {
        const double rate = rates(cores, {{0.75, 1.0, static_cast<double>(count)}})[0];
        CHECK(rate <= last + 1e-12);
        last = rate;
    }
}
