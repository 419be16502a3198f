#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "measure/tape.hpp"

using namespace advisor;

namespace {

using Values = std::vector<std::optional<double>>;

/// Tests played one after the other, and readings of counters between and within them.
struct Counted {
    explicit Counted(const std::vector<std::string>& ids, std::vector<std::string> events = {"A"}) {
        log.counts.events = std::move(events);
        tape.collected(ids);
    }
    void read(Values values) {
        log.counts.readings.push_back(
            {static_cast<std::int64_t>(tape.now().wall_ns), std::move(values)}
        );
    }
    void begin(std::uint32_t test) {
        tape.begin(test).set_up(test).end(test, Phase::setup).report(test, Phase::setup);
    }
    void end(std::uint32_t test) {
        tape.end(test, Phase::call).counters().report(test, Phase::call);
        tape.end(test, Phase::teardown).report(test, Phase::teardown);
    }
    /// A test whose call computes, then waits.
    void play(std::uint32_t test, std::uint64_t compute_ms, std::uint64_t wait_ms = 0) {
        begin(test);
        tape.compute(compute_ms).wait(wait_ms);
        end(test);
    }
    Profile profile() { return profile_of(tape, log); }
    Tape tape;
    SampleLog log;
};

std::int64_t count(const Profile& profile, std::size_t test) {
    REQUIRE(profile.tests[test].counts.size() == 1);
    return profile.tests[test].counts[0];
}

}  // namespace

TEST_CASE("growth between two readings is shared out by the CPU used there") {
    Counted run({"a.py::t", "a.py::u", "a.py::v"});
    run.read({100.0});
    run.play(0, 3);
    run.play(1, 1, 16);
    run.read({500.0});
    run.play(2, 5);
    run.read({520.0});
    run.tape.finished();
    const Profile profile = run.profile();
    CHECK(profile.counted == std::vector<std::string>{"A"});
    // Of 400, by 3 and 1 ms of CPU. What test v has is 20, in an interval of its own.
    CHECK(count(profile, 0) == 300);
    CHECK(count(profile, 1) == 100);
    CHECK(count(profile, 2) == 20);
}

TEST_CASE("a test that sleeps has none of what its neighbour did") {
    Counted run({"a.py::t", "a.py::u"});
    run.read({0.0});
    run.play(0, 0, 90);
    run.play(1, 2);
    run.read({1000.0});
    run.tape.finished();
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 0);
    CHECK(count(profile, 1) == 1000);
}

TEST_CASE("CPU of other threads and of children is CPU that counts") {
    Counted run({"a.py::t", "a.py::u"});
    run.read({0.0});
    run.begin(0);
    run.tape.wait(50);
    run.tape.now().children_user_s += 0.03;
    run.tape.now().process_cpu_ns += 10 * k_ms;
    run.end(0);
    run.play(1, 10);
    run.read({500.0});
    run.tape.finished();
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 400);
    CHECK(count(profile, 1) == 100);
}

TEST_CASE("where no span used CPU growth goes by wall") {
    Counted run({"a.py::t", "a.py::u"});
    run.read({0.0});
    run.play(0, 0, 30);
    run.play(1, 0, 10);
    run.read({400.0});
    run.tape.finished();
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 300);
    CHECK(count(profile, 1) == 100);
}

TEST_CASE("a counter that goes down has not grown until it is above where it was") {
    Counted run({"a.py::t", "a.py::u", "a.py::v"});
    run.read({100.0});
    run.play(0, 5);
    run.read({90.0});
    run.play(1, 5);
    run.read({100.0});
    run.play(2, 5);
    run.read({130.0});
    run.tape.finished();
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 0);
    CHECK(count(profile, 1) == 0);
    CHECK(count(profile, 2) == 30);
}

TEST_CASE("an event that one reading lacks is charged from the one before") {
    Counted run({"a.py::t", "a.py::u"}, {"A", "B", "C", "D"});
    run.read({0.0, 0.0, std::nullopt, 7.0});
    run.play(0, 5);
    run.read({100.0, std::nullopt, std::nullopt, std::nullopt});
    run.play(1, 15);
    run.read({300.0, 400.0, std::nullopt, std::nullopt});
    run.tape.finished();
    const Profile profile = run.profile();
    // C was never read, and D once: nobody knows what they grew by.
    CHECK(profile.counted == std::vector<std::string>{"A", "B"});
    CHECK(profile.tests[0].counts == std::vector<std::int64_t>{100, 100});
    CHECK(profile.tests[1].counts == std::vector<std::int64_t>{200, 300});
}

TEST_CASE("what was counted before the first reading and outside of tests is nobody's") {
    Counted run({"a.py::t", "a.py::u"});
    run.play(0, 5);
    run.read({1000.0});
    run.play(1, 5);
    run.tape.finished();  // 10 ms
    run.tape.wait(10);    // of the interpreter's end, in which it may compute
    run.read({1250.0});
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 0);
    CHECK(count(profile, 1) == 50);
}

TEST_CASE("nothing is used after the process has ended") {
    Counted run({"a.py::t"});
    run.read({0.0});
    run.begin(0);
    run.tape.compute(10);
    run.end(0);
    run.log.counts.readings.push_back(
        {static_cast<std::int64_t>(run.tape.now().wall_ns + 500 * k_ms), {100.0}}
    );
    CHECK(count(run.profile(), 0) == 100);
}

TEST_CASE("a long gap is shared out as a short one is, and whole numbers add up") {
    std::vector<std::string> ids;
    ids.reserve(1000);
    for (int i = 0; i < 1000; ++i) {
        ids.push_back("a.py::t" + std::to_string(i));
    }
    Counted run(ids);
    run.read({0.0});
    for (std::uint32_t i = 0; i < 1000; ++i) {
        run.play(i, 1 + i % 2);
    }
    run.read({500.0});
    run.tape.finished();
    const Profile profile = run.profile();
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        CHECK(count(profile, i) <= 1);  // 1/3 or 2/3
        sum += count(profile, i);
    }
    CHECK(sum == 500);
}

TEST_CASE("fixtures of wider scope and hooks keep what is theirs") {
    Counted run({"a.py::t"});
    run.tape.fixture(0, "db", Scope::module);
    run.read({0.0});
    run.tape.begin(0).set_up(0).compute(1);
    run.tape.mark(0, 0, FixtureSpan::setup, Edge::begin, {{0}}).compute(7);
    run.tape.mark(0, 0, FixtureSpan::setup, Edge::end, {{0}});
    run.tape.end(0, Phase::setup).compute(2).report(0, Phase::setup);
    run.end(0);
    run.read({100.0});
    run.tape.finished();
    CHECK(count(run.profile(), 0) == 10);
}

TEST_CASE("a test that never ran has no counts, and without readings none has") {
    Counted run({"a.py::t", "a.py::u"});
    run.read({0.0});
    run.play(0, 5);
    run.read({10.0});
    const Profile profile = run.profile();
    CHECK(count(profile, 0) == 10);
    CHECK(profile.tests[1].counts.empty());
    run.log.counts.readings.clear();
    CHECK(run.profile().counted.empty());
    CHECK(run.profile().tests[0].counts.empty());
}

TEST_CASE("a test in a process of its own has what its whole protocol counted") {
    Counted run({"a.py::t"});
    run.read({0.0});
    run.tape.begin(0).wait(20);
    run.tape.now().children_user_s += 0.02;
    run.tape.counters();
    for (const Phase phase : {Phase::setup, Phase::call, Phase::teardown}) {
        run.tape.report(0, phase);
    }
    run.read({60.0});
    run.tape.finished();
    CHECK(count(run.profile(), 0) == 60);
}
