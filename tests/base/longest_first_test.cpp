#include "advisor/base/longest_first.hpp"

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("the longest piece goes first, each to the part that has least") {
    const auto deals = dealt_longest_first({{2, 1}, {5, 1}, {4, 1}, {3, 1}}, 2);
    CHECK(deals == std::vector<std::vector<std::size_t>>{{1, 0}, {2, 3}});
}

TEST_CASE("pieces without length are shared by the number of their tests") {
    const auto deals = dealt_longest_first({{0, 5}, {0, 1}, {0, 1}}, 2);
    CHECK(deals == std::vector<std::vector<std::size_t>>{{0}, {1, 2}});
}

TEST_CASE("more parts than pieces leave some empty") {
    CHECK(dealt_longest_first({{1, 1}}, 3).at(2).empty());
    CHECK(dealt_longest_first({}, 2).size() == 2);
}
