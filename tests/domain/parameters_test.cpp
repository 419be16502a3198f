#include "advisor/domain/parameters.hpp"

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("capacity is linear between the measured points and flat beyond") {
    ModelParameters parameters;
    parameters.capacity = {{1, 1.0}, {2, 1.6}, {4, 2.0}};
    CHECK(capacity_at(parameters, 0.5) == doctest::Approx(0.5));
    CHECK(capacity_at(parameters, 1) == doctest::Approx(1.0));
    CHECK(capacity_at(parameters, 1.5) == doctest::Approx(1.3));
    CHECK(capacity_at(parameters, 3) == doctest::Approx(1.8));
    CHECK(capacity_at(parameters, 64) == doctest::Approx(2.0));
}
