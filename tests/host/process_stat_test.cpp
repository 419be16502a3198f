#include <advisor/host/process_stat.hpp>

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("the state and the parent stand behind a name that may hold anything") {
    const auto stat = parse_process_stat("77 (a) D 1 (b)) S 41 77 77 0 -1 4194304");
    REQUIRE(stat);
    CHECK(stat->state == 'S');
    CHECK(stat->parent == 41);
    CHECK_FALSE(stat->has_ended());
    CHECK(parse_process_stat("77 (sh) Z 41 77")->has_ended());
    CHECK(parse_process_stat("77 (sh) D 41 77")->is_in_device_wait());
}

TEST_CASE("a text that is no stat is none") {
    for (const char* text : {"", "77", "77 (sh)", "77 (sh) ", "77 (sh) S", "77 (sh) S x"}) {
        CHECK_FALSE(parse_process_stat(text).has_value());
    }
}
