#include "model/worker.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace advisor::model;

namespace {

using Tests = std::vector<Stretch>;

}  // namespace

TEST_CASE("a worker starts a test only when it knows the next one") {
    Worker worker;
    worker.enqueue(Tests{{7, 8}});
    CHECK(!worker.take().has_value());
    worker.enqueue(Tests{{8, 9}});
    const auto start = worker.take();
    REQUIRE(start.has_value());
    CHECK(start->tests.front().begin == 7);
    CHECK(start->next == 8);
    CHECK(!worker.take().has_value());
}

TEST_CASE("a shutdown starts the last test, with nothing after it") {
    Worker worker;
    worker.enqueue(Tests{{7, 8}});
    worker.shut_down();
    CHECK(!worker.has_ended());
    const auto start = worker.take();
    REQUIRE(start.has_value());
    CHECK(start->tests.front().begin == 7);
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
    worker.enqueue(Tests{{1, 5}});
    REQUIRE(worker.take().has_value());  // 1 runs, 2 is held
    CHECK(worker.give_back(3, true).empty());
    CHECK(worker.give_back(3, false) == Tests{{3, 5}});
    CHECK(worker.give_back(2, true).empty());
}

TEST_CASE("a steal that can be met in full takes the tests away") {
    Worker worker;
    worker.enqueue(Tests{{1, 5}});
    CHECK(worker.give_back(2, true) == Tests{{3, 5}});
    worker.shut_down();
    CHECK(worker.take()->tests.front().begin == 1);
    CHECK(worker.take()->tests.front().begin == 2);
    CHECK(!worker.take().has_value());
}

TEST_CASE("a run ends before the test whose successor is not known") {
    Worker worker;
    worker.enqueue(Tests{{1, 5}});
    const auto some = worker.take(2);
    REQUIRE(some.has_value());
    CHECK(Tests(some->tests.begin(), some->tests.end()) == Tests{{1, 3}});
    CHECK(some->next == 3);
    CHECK(count_of(worker.take(9)->tests) == 1);
    worker.shut_down();
    CHECK(worker.take(9)->tests.front().begin == 4);
    CHECK(worker.has_ended());
}

TEST_CASE("a queue hands on stretches from the front and takes them back from the end") {
    Queue queue;
    queue.push(Stretch{0, 4});
    queue.push(Stretch{4, 6});  // goes on where the first ends
    queue.push(Stretch{9, 9});  // nothing
    queue.push(Stretch{8, 11});
    CHECK(queue.size() == 9);
    CHECK(Tests(queue.stretches().begin(), queue.stretches().end()) == Tests{{0, 6}, {8, 11}});
    CHECK(queue.pop_back(4) == Tests{{5, 6}, {8, 11}});
    Tests taken;
    queue.pop_front(2, taken);
    queue.pop_front(9, taken);
    CHECK(taken == Tests{{0, 2}, {2, 5}});
    CHECK(queue.size() == 0);
}
