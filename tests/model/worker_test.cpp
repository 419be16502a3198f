#include "model/worker.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace advisor::model;

namespace {

using Tests = std::vector<Test>;

}  // namespace

TEST_CASE("a worker starts a test only when it knows the next one") {
    Worker worker;
    worker.enqueue(Tests{7});
    CHECK(!worker.take().has_value());
    worker.enqueue(Tests{8});
    const auto start = worker.take();
    REQUIRE(start.has_value());
    CHECK(start->tests.front() == 7);
    CHECK(start->next == 8);
    CHECK(!worker.take().has_value());
}

TEST_CASE("a shutdown starts the last test, with nothing after it") {
    Worker worker;
    worker.enqueue(Tests{7});
    worker.shut_down();
    CHECK(!worker.has_ended());
    const auto start = worker.take();
    REQUIRE(start.has_value());
    CHECK(start->tests.front() == 7);
    CHECK(!start->next.has_value());
    CHECK(worker.has_ended());
}

TEST_CASE("a worker without a test ends at its shutdown") {
    Worker worker;
    CHECK(!worker.has_ended());
    worker.shut_down();
    CHECK(!worker.take().has_value());
    CHECK(worker.has_ended());
}

TEST_CASE("the running and the next test cannot be stolen") {
    Worker worker;
    worker.enqueue(Tests{1, 2, 3, 4});
    REQUIRE(worker.take().has_value());  // 1 runs, 2 is held
    CHECK(worker.give_back(Tests{2, 3, 4}, true).empty());
    CHECK(worker.give_back(Tests{2, 3, 4}, false) == Tests{3, 4});
    CHECK(worker.give_back(Tests{3, 4}, true).empty());
}

TEST_CASE("a steal that can be met in full takes the tests away") {
    Worker worker;
    worker.enqueue(Tests{1, 2, 3, 4});
    CHECK(worker.give_back(Tests{4, 3}, true) == Tests{3, 4});
    worker.shut_down();
    CHECK(worker.take()->tests.front() == 1);
    CHECK(worker.take()->tests.front() == 2);
    CHECK(!worker.take().has_value());
}

TEST_CASE("a run ends before the test whose successor is not known") {
    Worker worker;
    worker.enqueue(Tests{1, 2, 3, 4});
    const auto some = worker.take(2);
    REQUIRE(some.has_value());
    CHECK(Tests(some->tests.begin(), some->tests.end()) == Tests{1, 2});
    CHECK(some->next == 3);
    CHECK(worker.take(9)->tests.size() == 1);
    worker.shut_down();
    CHECK(worker.take(9)->tests.front() == 4);
    CHECK(worker.has_ended());
}
