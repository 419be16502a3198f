#include "advisor/base/random.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace advisor;

TEST_CASE("the same seed gives the same numbers on every machine") {
    // First outputs of xoshiro256** seeded by splitmix64(1), from the authors' reference code.
    constexpr std::array k_first{
        12966619160104079557ULL,
        9600361134598540522ULL,
        10590380919521690900ULL,
        7218738570589545383ULL,
        12860671823995680371ULL,
        2648436617965840162ULL,
        1310552918490157286ULL,
        7031611932980406429ULL,
        15996139959407692321ULL,
        10177250653276320208ULL,
        17202925169076741841ULL,
        17657558547222227110ULL,
        17206619296382044401ULL,
        12342657103067243573ULL,
        11066818095355039191ULL,
        16427605434558419749ULL};
    Random random(1);
    for (const std::uint64_t expected : k_first) {
        CHECK(random.next() == expected);
    }
}

TEST_CASE("uniform, normal and bounded numbers have the moments they claim") {
    Random random(7);
    double mean = 0;
    double square = 0;
    double uniform = 0;
    std::array<int, 3> counts{};
    constexpr int k_draws = 20000;
    for (int i = 0; i < k_draws; ++i) {
        const double normal = random.normal();
        mean += normal / k_draws;
        square += normal * normal / k_draws;
        uniform += random.uniform() / k_draws;
        ++counts.at(random.below(3));
    }
    // Standard errors: 1/sqrt(20000) = 0.007 for the mean, sqrt(2/20000) = 0.01 for the square.
    CHECK(mean == doctest::Approx(0.0).epsilon(0.03));
    CHECK(square == doctest::Approx(1.0).epsilon(0.04));
    CHECK(uniform == doctest::Approx(0.5).epsilon(0.02));
    for (const int count : counts) {
        CHECK(count == doctest::Approx(k_draws / 3.0).epsilon(0.05));
    }
}
