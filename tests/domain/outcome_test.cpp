#include "advisor/domain/outcome.hpp"

#include <doctest/doctest.h>

using namespace advisor;

namespace {

RunOutcome of_three_tests() {
    RunOutcome outcome;
    outcome.conservation.collected = 3;
    outcome.conservation.final = 3;
    return outcome;
}

}  // namespace

TEST_CASE("a run of all tests is a measurement, failures or not") {
    RunOutcome outcome = of_three_tests();
    CHECK(is_measurement(outcome));
    outcome.exit_code = 1;
    CHECK(is_measurement(outcome));
}

TEST_CASE("a run that did not do what a sequential run does is none") {
    RunOutcome outcome = of_three_tests();
    SUBCASE("it was interrupted") {
        outcome.exit_code = 2;
    }
    SUBCASE("nothing was collected") {
        outcome.conservation = {};
    }
    SUBCASE("a test has no outcome") {
        outcome.conservation.lost = {"test_a.py::test_one"};
    }
    SUBCASE("-x ended it") {
        outcome.exit_code = 1;
        outcome.conservation.not_run = {"test_a.py::test_one"};
    }
    SUBCASE("a signal ended it") {
        outcome.runner_signal = 9;
    }
    SUBCASE("its deadline passed") {
        outcome.deadline = Seconds(60);
    }
    SUBCASE("a test was ended because it ran for so long") {
        outcome.stalls.resize(1);
    }
    SUBCASE("what was lost ran once more") {
        outcome.reran_lost = true;
    }
    CHECK_FALSE(is_measurement(outcome));
}
