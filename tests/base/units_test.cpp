#include "advisor/base/units.hpp"

#include <doctest/doctest.h>

#include <type_traits>

using namespace advisor;
using namespace advisor::literals;

TEST_CASE("a quantity keeps its unit through arithmetic") {
    CHECK((1.5_s + 0.5_s) * 2.0 == 4_s);
    CHECK(3_s / 2_s == doctest::Approx(1.5));
    CHECK(2_MiB == Bytes(2097152));
}

TEST_CASE("a bare number is neither seconds nor bytes") {
    CHECK_FALSE(std::is_convertible_v<double, Seconds>);
    CHECK_FALSE(std::is_convertible_v<Seconds, double>);
    CHECK_FALSE(std::is_convertible_v<Seconds, Bytes>);
}
