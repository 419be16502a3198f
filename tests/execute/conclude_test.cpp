#include "execute/conclude.hpp"

#include <advisor/execute/run.hpp>

#include <doctest/doctest.h>

using namespace advisor;

namespace {

Configuration workers() {
    return {Processes{2, Distribution::load, std::nullopt, true}, 1, ""};
}

ProcessEnd exited(int code) {
    ProcessEnd end;
    end.exit_code = code;
    return end;
}

/// A session that came to its end with every test accounted for.
Tally whole() {
    Tally tally;
    tally.had_session = true;
    tally.had_collection = true;
    tally.finished = true;
    tally.conservation.collected = 2;
    tally.conservation.final = 2;
    return tally;
}

}  // namespace

TEST_CASE("pytest's own code stays where it means the same") {
    for (const int code : {0, 1, 2, 3, 4, 5}) {
        CHECK(conclude(exited(code), whole(), Configuration{}).exit_code == code);
    }
    for (const int code : {0, 1, 2, 3, 4}) {
        CHECK(conclude(exited(code), whole(), workers()).exit_code == code);
    }
}

TEST_CASE("no count of workers is believed where a test is lost, ran twice or is contradicted") {
    Tally lost = whole();
    lost.conservation.lost = {"a"};
    Tally twice = whole();
    twice.conservation.duplicated = {"a"};
    Tally contradicted = whole();
    contradicted.conservation.contradicted = {"a"};
    for (const Tally& tally : {lost, twice, contradicted}) {
        for (const int code : {0, 1, 3}) {
            CHECK(conclude(exited(code), tally, workers()).exit_code == k_own_failure);
        }
        CHECK(conclude(exited(0), tally, Configuration{}).exit_code == k_own_failure);
        CHECK(conclude(exited(1), tally, Configuration{}).exit_code == 1);
    }
}

TEST_CASE("workers that collect differently cannot run the suite") {
    Tally tally = whole();
    tally.finish.collections_differ = true;
    CHECK(conclude(exited(1), tally, workers()).exit_code == k_own_failure);
}

TEST_CASE("lost tests that ran once more count as if they had not been lost") {
    Tally tally = whole();
    tally.outcomes = {{"passed", 2}};
    CHECK(conclude_rerun(tally).exit_code == 0);
    tally.outcomes["error"] = 1;
    CHECK(conclude_rerun(tally).exit_code == 1);
    tally.conservation.lost = {"a"};
    CHECK(conclude_rerun(tally).exit_code == k_own_failure);
}

TEST_CASE("what we ended is our failure, and the test is named") {
    Stall stall;
    stall.id = "test_a.py::test\n";
    stall.after = Seconds(90);
    const Conclusion conclusion = conclude_ended({stall}, false);
    CHECK(conclusion.exit_code == k_own_failure);
    CHECK(conclusion.because.find("test_a.py::test") != std::string::npos);
    CHECK(conclusion.because.find('\n') == std::string::npos);
    CHECK(conclude_ended({}, true).exit_code == k_own_failure);
}

TEST_CASE("0 is not believed where the session did not come to its end") {
    Tally tally = whole();
    tally.finished = false;
    CHECK(conclude(exited(0), tally, Configuration{}).exit_code == k_own_failure);
    tally.had_session = false;  // pytest --version
    CHECK(conclude(exited(0), tally, Configuration{}).exit_code == 0);
}

TEST_CASE("workers that stop after failures give the sequential 1") {
    Tally tally = whole();
    tally.finish.stopped_after_failures = true;
    CHECK(conclude(exited(2), tally, workers()).exit_code == 1);
    CHECK(conclude(exited(2), whole(), workers()).exit_code == 2);
}

TEST_CASE("errors in collection are 2, unless the run continues in spite of them") {
    Tally tally = whole();
    tally.finish.collect_errors = 1;
    CHECK(conclude(exited(1), tally, workers()).exit_code == 2);
    tally.finish.continues = true;
    CHECK(conclude(exited(1), tally, workers()).exit_code == 1);
}

TEST_CASE("the suite's own code for pytest.exit() is passed on") {
    Tally tally = whole();
    tally.exit_by_suite = 7;
    CHECK(conclude(exited(3), tally, workers()).exit_code == 7);
    tally.exit_by_suite = 0;
    CHECK(conclude(exited(3), tally, workers()).exit_code == 0);
    tally.conservation.final = 1;
    CHECK(conclude(exited(3), tally, workers()).exit_code == k_own_failure);
}

TEST_CASE("no tests by workers is checked by a sequential collection") {
    CHECK(conclude(exited(5), whole(), workers()).ask_collection);
    CHECK_FALSE(conclude(exited(5), whole(), Configuration{}).ask_collection);
    CHECK(conclude_from_collection({5, ""}).exit_code == 5);
    CHECK(conclude_from_collection({4, "not found: x"}).exit_code == 4);
    CHECK(conclude_from_collection({4, "not found: x"}).because == "not found: x");
    CHECK(conclude_from_collection({0, ""}).exit_code == k_own_failure);
}

TEST_CASE("0 is not believed where a signal stopped the run before its last test") {
    ProcessEnd end = exited(0);
    end.forwarded = 15;
    CHECK(conclude(end, whole(), Configuration{}).exit_code == 0);
    Tally tally = whole();
    tally.conservation.not_run = {"a"};
    CHECK(conclude(end, tally, Configuration{}).exit_code == k_own_failure);
    CHECK(conclude(end, tally, workers()).exit_code == k_own_failure);
}

TEST_CASE("a signal and a deadline have their codes") {
    ProcessEnd end;
    end.signal = 11;
    CHECK(conclude(end, whole(), Configuration{}).exit_code == 139);
    end.timed_out = true;
    CHECK(conclude(end, whole(), Configuration{}).exit_code == k_own_failure);
}
