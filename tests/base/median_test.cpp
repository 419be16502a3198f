#include <advisor/base/median.hpp>
#include <advisor/base/units.hpp>

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("a median is the middle value, or the mean of the two middle ones") {
    CHECK(median(std::vector<double>{5, 1, 3}) == 3);
    CHECK(median(std::vector<double>{4, 1, 2, 9}) == 3);
    CHECK(median(std::vector{Seconds(2)}) == Seconds(2));
}
