#include "measure/profile_builder.hpp"

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace advisor;

namespace {

constexpr std::uint64_t k_exec_ns = 1'000'000'000'000;
constexpr std::uint64_t k_ms = 1'000'000;
constexpr auto k_none = FixtureUse::k_no_parameter;

/// Plays a recorder: a clock that `compute` and `wait` move on, and the records of the moment.
class Tape {
public:
    Tape() {
        now_.wall_ns = k_exec_ns;
        now_.run_delay_ns = 0;
    }

    Tape& compute(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        now_.thread_cpu_ns += ms * k_ms;
        now_.process_cpu_ns += ms * k_ms;
        now_.thread_user_s += static_cast<double>(ms) * 1e-3;
        return *this;
    }
    Tape& wait(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        now_.voluntary_switches += 1;
        return *this;
    }
    Tape& wait_for_core(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        *now_.run_delay_ns += ms * k_ms;
        return *this;
    }
    Mark& now() { return now_; }

    Tape& session(SessionPoint point, std::uint32_t status = 0) {
        return add(SessionMark{point, status, now_});
    }
    Tape& counters() { return add(CountersMark{now_}); }
    Tape& fixture(std::uint32_t index, const std::string& name, Scope scope) {
        return add(FixtureDefined{index, {name, scope, ""}});
    }
    Tape& item(std::uint32_t test, const std::string& id, std::vector<FixtureUse> uses = {}) {
        return add(ItemCollected{test, id, 4, 0, {}, std::move(uses)});
    }
    Tape& holdings(std::uint32_t since, Holdings counts) {
        return add(HoldingsCounted{since, counts});
    }
    Tape& begin(std::uint32_t test) { return point(test, Step::test_begun); }
    Tape& set_up(std::uint32_t test) { return point(test, Step::setup_begun); }
    Tape& end(std::uint32_t test, Phase phase) { return point(test, Step::phase_ended, phase); }
    Tape& report(
        std::uint32_t test,
        Phase phase,
        ReportedOutcome outcome = ReportedOutcome::passed,
        bool was_xfail = false,
        bool is_subtest = false
    ) {
        return add(TestPoint{
            test,
            Step::reported,
            phase,
            outcome,
            was_xfail,
            is_subtest,
            now_.wall_ns,
            now_.thread_cpu_ns});
    }
    Tape& mark(
        std::uint32_t test, std::uint32_t instance, FixtureSpan span, Edge edge, FixtureUse use = {}
    ) {
        return add(FixtureMark{test, instance, span, edge, use, now_});
    }
    Tape& add(Record record) {
        records.push_back(std::move(record));
        return *this;
    }
    /// Up to the first test; `ids` are collected.
    Tape& collected(const std::vector<std::string>& ids) {
        compute(100).session(SessionPoint::imported);
        compute(20).session(SessionPoint::configured);
        compute(30).session(SessionPoint::collected);
        for (std::uint32_t i = 0; i < ids.size(); ++i) {
            item(i, ids[i]);
        }
        return *this;
    }
    /// A whole test whose call computes for `ms`.
    Tape& test(std::uint32_t index, std::uint64_t ms) {
        begin(index).set_up(index).end(index, Phase::setup).report(index, Phase::setup);
        compute(ms).end(index, Phase::call).counters().report(index, Phase::call);
        return end(index, Phase::teardown).report(index, Phase::teardown);
    }
    Tape& finished(std::uint32_t status = 0) {
        session(SessionPoint::finished, status);
        return compute(10).session(SessionPoint::unconfigured);
    }

    std::vector<Record> records;

private:
    Tape& point(std::uint32_t test, Step step, Phase phase = Phase::setup) {
        return add(TestPoint{
            test,
            step,
            phase,
            ReportedOutcome::passed,
            false,
            false,
            now_.wall_ns,
            now_.thread_cpu_ns});
    }

    Mark now_;
};

RunFacts facts_of(Tape& tape) {
    RunFacts facts;
    facts.exec_ns = k_exec_ns;
    facts.exit_ns = tape.now().wall_ns;
    facts.exit_code = 0;
    return facts;
}

Profile profile_of(Tape& tape, RunFacts facts) {
    ProfileBuilder builder;
    builder.feed(tape.records);
    return std::move(builder).finish(std::move(facts));
}

Profile profile_of(Tape& tape) {
    return profile_of(tape, facts_of(tape));
}

doctest::Approx ms(double value) {
    return doctest::Approx(value * 1e-3).epsilon(1e-9);
}

/// The identity that every cost must keep.
bool adds_up(const Cost& cost) {
    const Seconds parts = cost.cpu() + cost.core_wait.value_or(Seconds(0)) + cost.blocked();
    return std::abs((cost.wall - parts).value()) < 1e-9;
}

TestOutcome outcome_after(const std::vector<TestPoint>& reports) {
    Tape tape;
    tape.collected({"a.py::t"}).begin(0).set_up(0);
    for (const TestPoint& report : reports) {
        tape.end(0, report.phase);
        tape.report(0, report.phase, report.outcome, report.was_xfail, report.is_subtest);
    }
    tape.finished();
    return profile_of(tape).tests[0].outcome;
}

TestPoint reported(Phase phase, ReportedOutcome outcome, bool was_xfail = false, bool sub = false) {
    return TestPoint{0, Step::reported, phase, outcome, was_xfail, sub, 0, 0};
}

}  // namespace

TEST_CASE("a test has its phases, and its hooks as overhead") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"});
    tape.begin(0).compute(1).set_up(0).compute(2).end(0, Phase::setup).compute(3);
    tape.report(0, Phase::setup).compute(4).wait(5).end(0, Phase::call).counters().compute(6);
    tape.report(0, Phase::call).compute(7).end(0, Phase::teardown).compute(8);
    tape.report(0, Phase::teardown).compute(9).test(1, 10).finished();
    const Profile profile = profile_of(tape);

    const TestCost& test = profile.tests.at(0);
    CHECK(test.id == "a.py::t");
    CHECK(test.module_id() == "a.py");
    CHECK(test.outcome == TestOutcome::passed);
    CHECK(test.begin.value() == ms(150));
    CHECK(test.setup.wall.value() == ms(2));
    CHECK(test.call.wall.value() == ms(9));
    CHECK(test.call.cpu().value() == ms(4));
    CHECK(test.call.blocked().value() == ms(5));
    CHECK(test.call.voluntary_switches == 1);
    CHECK(test.teardown.wall.value() == ms(7));
    CHECK(test.protocol_overhead.value() == ms(1 + 3 + 6 + 8 + 9));
    CHECK(profile.tests.at(1).call.wall.value() == ms(10));
    CHECK(profile.run.complete);
    CHECK(profile.run.incomplete_because.empty());
}

TEST_CASE("the parts of a session are those between its points") {
    Tape tape;
    tape.collected({"a.py::t"}).test(0, 50).finished();
    tape.wait(5);
    RunFacts facts = facts_of(tape);
    facts.usage.cpu_user = Seconds(0.218);  // 210 ms before the end of the session
    facts.usage.cpu_sys = Seconds(0.004);
    facts.usage.peak_rss = Bytes(1 << 20);
    const Profile profile = profile_of(tape, facts);
    CHECK(profile.session.start.wall.value() == ms(100));
    CHECK(profile.session.configure.wall.value() == ms(20));
    CHECK(profile.session.collection.wall.value() == ms(30));
    CHECK(profile.session.loop.wall.value() == ms(50));
    CHECK(profile.session.finish.wall.value() == ms(10));
    CHECK(profile.session.exit.wall.value() == ms(5));
    // 12 ms beyond what the recorder saw, of which 5 fit into the wall; 8 to 4 user to system.
    CHECK(profile.session.exit.cpu().value() == ms(5));
    CHECK(profile.session.exit.cpu_user.value() == ms(5.0 * 8 / 12));
    CHECK(profile.run.wall.value() == ms(215));
    CHECK(profile.run.peak_rss == Bytes(1 << 20));
}

TEST_CASE("a wide fixture is an instance of its own, without the fixtures within it") {
    Tape tape;
    tape.fixture(0, "outer", Scope::session).fixture(1, "inner", Scope::module);
    tape.collected({"a.py::t"}).begin(0).set_up(0).compute(1);
    tape.mark(0, 0, FixtureSpan::setup, Edge::begin, {{0}, k_none}).compute(10);
    tape.mark(0, 1, FixtureSpan::setup, Edge::begin, {{1}, 3}).compute(20);
    tape.mark(0, 1, FixtureSpan::setup, Edge::end).compute(30);
    tape.mark(0, 0, FixtureSpan::setup, Edge::end).compute(2).end(0, Phase::setup);
    tape.report(0, Phase::setup).compute(5).end(0, Phase::call).report(0, Phase::call).compute(1);
    tape.mark(0, 1, FixtureSpan::teardown, Edge::begin).compute(7);
    tape.mark(0, 1, FixtureSpan::teardown, Edge::end).compute(1).end(0, Phase::teardown);
    tape.report(0, Phase::teardown).finished();
    const Profile profile = profile_of(tape);

    const TestCost& test = profile.tests.at(0);
    CHECK(test.setup.wall.value() == ms(3));
    CHECK(test.call.wall.value() == ms(5));
    CHECK(test.teardown.wall.value() == ms(2));
    CHECK(test.fixtures == std::vector<FixtureUse>{{{0}, k_none}, {{1}, 3}});
    REQUIRE(profile.fixtures.size() == 2);
    CHECK(profile.fixtures[0].setup.wall.value() == ms(40));
    CHECK(profile.fixtures[0].setup_begin.value() == ms(151));
    CHECK(profile.fixtures[0].teardown_begin == Seconds(0));
    CHECK(profile.fixtures[1].use == FixtureUse{{1}, 3});
    CHECK(profile.fixtures[1].setup.wall.value() == ms(20));
    CHECK(profile.fixtures[1].teardown.wall.value() == ms(7));
    CHECK(profile.session.loop.wall.value() == ms(3 + 5 + 2 + 40 + 20 + 7));
}

TEST_CASE("a fixture that is torn down after the last test is no cost of the session's end") {
    Tape tape;
    tape.fixture(0, "f", Scope::session).collected({"a.py::t"});
    tape.begin(0).set_up(0).mark(0, 0, FixtureSpan::setup, Edge::begin, {{0}, k_none});
    tape.mark(0, 0, FixtureSpan::setup, Edge::end).end(0, Phase::setup).report(0, Phase::setup);
    tape.end(0, Phase::call).report(0, Phase::call).end(0, Phase::teardown);
    tape.report(0, Phase::teardown).session(SessionPoint::finished).compute(3);
    tape.mark(0, 0, FixtureSpan::teardown, Edge::begin).compute(7);
    tape.mark(0, 0, FixtureSpan::teardown, Edge::end).session(SessionPoint::unconfigured);
    const Profile profile = profile_of(tape);
    CHECK(profile.session.finish.wall.value() == ms(3));
    CHECK(profile.fixtures.at(0).teardown.wall.value() == ms(7));
}

TEST_CASE("what a fixture asks for while it is set up is a need of every test that needs it") {
    Tape tape;
    tape.fixture(0, "outer", Scope::session).fixture(1, "inner", Scope::session);
    tape.fixture(2, "narrow", Scope::function);
    tape.collected({});
    tape.item(0, "a.py::t", {{{0}, k_none}, {{2}, k_none}, {{9}, k_none}});
    tape.item(1, "a.py::u", {{{0}, k_none}}).item(2, "a.py::v");
    tape.begin(0).set_up(0).mark(0, 0, FixtureSpan::setup, Edge::begin, {{0}, k_none});
    tape.mark(0, 1, FixtureSpan::setup, Edge::begin, {{1}, k_none});
    tape.mark(0, 1, FixtureSpan::setup, Edge::end).mark(0, 0, FixtureSpan::setup, Edge::end);
    tape.end(0, Phase::setup).test(1, 1).test(2, 1).add(FixtureNeeded{2, {{0}, k_none}});
    tape.finished();
    const Profile profile = profile_of(tape);
    const std::vector<FixtureUse> both{{{0}, k_none}, {{1}, k_none}};
    CHECK(profile.tests.at(0).fixtures == both);  // neither the narrow nor the unknown one
    CHECK(profile.tests.at(1).fixtures == both);
    CHECK(profile.tests.at(2).fixtures == both);
}

TEST_CASE("what was counted between two marks is shared out by the time it can have taken") {
    // Between the marks: 4 ms of computing, then 8 ms of waiting of which 4 for a core, and then
    // 4 ms of nothing else. Children and other threads used 8 ms each.
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"}).begin(0).set_up(0).end(0, Phase::setup).counters();
    tape.report(0, Phase::setup).compute(4).end(0, Phase::call).report(0, Phase::call);
    tape.wait_for_core(4).wait(4).end(0, Phase::teardown).report(0, Phase::teardown);
    tape.begin(1).set_up(1).wait(4).end(1, Phase::setup);
    tape.now().process_cpu_ns += 8 * k_ms;
    tape.now().children_user_s += 0.008;
    tape.now().involuntary_switches += 3;
    tape.counters().report(1, Phase::setup, ReportedOutcome::skipped);
    tape.end(1, Phase::teardown).report(1, Phase::teardown).finished();
    const Profile profile = profile_of(tape);

    const TestCost& first = profile.tests.at(0);
    const TestCost& second = profile.tests.at(1);
    CHECK(first.call.core_wait.value().value() == ms(0));  // it never stood still
    CHECK(first.teardown.core_wait.value().value() == ms(4.0 * 8 / 12));
    CHECK(second.setup.core_wait.value().value() == ms(4.0 * 4 / 12));
    CHECK(first.call.children_cpu.value() == ms(8.0 * 4 / 16));
    CHECK(first.teardown.other_threads_cpu.value() == ms(8.0 * 8 / 16));
    CHECK(first.teardown.involuntary_switches + second.setup.involuntary_switches == 3);
    for (const Cost& cost : {first.call, first.teardown, second.setup}) {
        CHECK(adds_up(cost));
    }
}

TEST_CASE("waiting for a core that could not be read is missing, not zero") {
    Tape tape;
    tape.collected({"a.py::t"});
    tape.now().run_delay_ns.reset();
    tape.test(0, 5).finished();
    const Profile profile = profile_of(tape);
    CHECK_FALSE(profile.tests.at(0).call.core_wait.has_value());
    CHECK(profile.tests.at(0).call.cpu().value() == ms(5));
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].what == "waiting for a core");
}

TEST_CASE("system time is a share of the thread's exact CPU") {
    Tape tape;
    tape.collected({"a.py::t"}).begin(0).set_up(0).end(0, Phase::setup).counters();
    tape.report(0, Phase::setup);
    tape.now().wall_ns += 10 * k_ms;
    tape.now().thread_cpu_ns += 10 * k_ms;
    tape.now().thread_user_s += 0.003;  // as ticks have it
    tape.now().thread_sys_s += 0.001;
    tape.end(0, Phase::call).counters().report(0, Phase::call).end(0, Phase::teardown);
    tape.report(0, Phase::teardown).finished();
    const Profile profile = profile_of(tape);
    CHECK(profile.tests.at(0).call.cpu_user.value() == ms(7.5));
    CHECK(profile.tests.at(0).call.cpu_sys.value() == ms(2.5));
}

TEST_CASE("the peak of memory is that of the first mark after a test") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"});
    tape.now().max_rss_kib = 100;
    tape.test(0, 5);
    tape.now().max_rss_kib = 300;
    tape.test(1, 5).finished();
    const Profile profile = profile_of(tape);
    // The first test ends after its last mark, so that the next mark may be needed to know.
    CHECK(profile.tests.at(0).peak_rss >= Bytes(100L * 1024));
    CHECK(profile.tests.at(1).peak_rss == Bytes(300L * 1024));
}

TEST_CASE("outcomes follow pytest's summary") {
    using enum ReportedOutcome;
    const auto setup = [](ReportedOutcome o, bool x = false) {
        return reported(Phase::setup, o, x);
    };
    const auto call = [](ReportedOutcome o, bool x = false) { return reported(Phase::call, o, x); };
    const auto sub = [](ReportedOutcome o) { return reported(Phase::call, o, false, true); };
    const auto down = [](ReportedOutcome o) { return reported(Phase::teardown, o); };
    const TestPoint ok = down(ReportedOutcome::passed);

    CHECK(outcome_after({setup(passed), call(passed), ok}) == TestOutcome::passed);
    CHECK(outcome_after({setup(passed), call(failed), ok}) == TestOutcome::failed);
    CHECK(outcome_after({setup(passed), call(skipped), ok}) == TestOutcome::skipped);
    CHECK(outcome_after({setup(skipped), ok}) == TestOutcome::skipped);
    CHECK(outcome_after({setup(skipped, true), ok}) == TestOutcome::xfailed);
    CHECK(outcome_after({setup(passed), call(skipped, true), ok}) == TestOutcome::xfailed);
    CHECK(outcome_after({setup(passed), call(passed, true), ok}) == TestOutcome::xpassed);
    CHECK(outcome_after({setup(passed, true), call(passed), ok}) == TestOutcome::passed);
    CHECK(outcome_after({setup(failed), ok}) == TestOutcome::error);
    CHECK(outcome_after({setup(passed), call(passed), down(failed)}) == TestOutcome::error);
    CHECK(outcome_after({setup(passed), call(failed), down(failed)}) == TestOutcome::failed);
    CHECK(outcome_after({setup(passed), sub(failed), call(passed), ok}) == TestOutcome::failed);
    CHECK(outcome_after({setup(passed), sub(skipped), call(passed), ok}) == TestOutcome::passed);
    CHECK(
        outcome_after({setup(passed), call(rerun), setup(passed), call(passed), ok})
        == TestOutcome::passed
    );
    CHECK(outcome_after({setup(rerun), setup(passed), call(failed), ok}) == TestOutcome::failed);
    // The report of a process that died while it ran a test for pytest-forked.
    CHECK(outcome_after({call(failed)}) == TestOutcome::failed);
    CHECK(outcome_after({setup(passed)}) == TestOutcome::interrupted);
}

TEST_CASE("all attempts of a test are one cost") {
    // pytest-rerunfailures reports only when all phases of an attempt have ended.
    Tape tape;
    tape.collected({"a.py::t"}).begin(0);
    for (const auto outcome : {ReportedOutcome::rerun, ReportedOutcome::passed}) {
        tape.set_up(0).compute(1).end(0, Phase::setup).compute(10).end(0, Phase::call);
        tape.compute(2).end(0, Phase::teardown).report(0, Phase::setup);
        tape.report(0, Phase::call, outcome).report(0, Phase::teardown);
    }
    tape.finished();
    const TestCost test = profile_of(tape).tests.at(0);
    CHECK(test.outcome == TestOutcome::passed);
    CHECK(test.setup.wall.value() == ms(2));
    CHECK(test.call.wall.value() == ms(20));
    CHECK(test.teardown.wall.value() == ms(4));
}

TEST_CASE("a subtest does not end the call that it is part of") {
    Tape tape;
    tape.collected({"a.py::t"}).begin(0).set_up(0).end(0, Phase::setup).report(0, Phase::setup);
    for (int i = 0; i < 3; ++i) {
        tape.compute(10).end(0, Phase::call).compute(1);
        tape.report(0, Phase::call, ReportedOutcome::passed, false, true);
    }
    tape.compute(5).end(0, Phase::call).report(0, Phase::call).end(0, Phase::teardown);
    tape.report(0, Phase::teardown).finished();
    const TestCost test = profile_of(tape).tests.at(0);
    CHECK(test.call.wall.value() == ms(35));
    CHECK(test.protocol_overhead.value() == ms(3));
}

TEST_CASE("a test that ran in a process of its own is all call") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"});
    for (std::uint32_t test = 0; test < 2; ++test) {
        tape.begin(test).wait(20);
        tape.now().children_user_s += 0.015;
        tape.counters().report(test, Phase::setup).report(test, Phase::call);
        tape.report(test, Phase::teardown);
    }
    tape.finished();
    const Profile profile = profile_of(tape);
    for (const TestCost& test : profile.tests) {
        CHECK(test.outcome == TestOutcome::passed);
        CHECK(test.call.wall.value() == ms(20));
        CHECK(test.call.children_cpu.value() == ms(15));
        CHECK(test.protocol_overhead == Seconds(0));
    }
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].because == "they ran in processes of their own");
}

TEST_CASE("an incomplete run names its reason and the test that ran") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u", "a.py::v"}).test(0, 5);
    RunFacts facts = facts_of(tape);
    std::string because;
    std::vector<TestOutcome> rest{TestOutcome::interrupted, TestOutcome::not_run};
    SUBCASE("a signal in a call") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
        facts.exit_code.reset();
        facts.signal = 11;
        because = "signal 11 ended pytest during the call of a.py::u";
    }
    SUBCASE("os._exit in a set-up") {
        tape.begin(1).set_up(1);
        because = "pytest ended with exit code 0 during the set-up of a.py::u";
    }
    SUBCASE("the parent's deadline") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
        tape.end(1, Phase::call).report(1, Phase::call);
        facts.stopped_because = "the deadline of 9 s passed";
        because = "the deadline of 9 s passed, during the tear-down of a.py::u";
    }
    SUBCASE("an id that a terminal would obey") {
        tape.item(3, "a.py::\x1b[31m").test(2, 1).begin(3);
        rest = {TestOutcome::not_run, TestOutcome::passed};
        because = "pytest ended with exit code 0 around a.py::\\x1b[31m";
    }
    SUBCASE("an interrupt from the keyboard") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup).finished(2);
        because =
            "pytest was interrupted, or could not collect all tests: 1 of 3 tests ran to the end";
    }
    SUBCASE("-x") {
        tape.test(1, 5).finished(1);
        rest = {TestOutcome::passed, TestOutcome::not_run};
        because = "pytest stopped early: 2 of 3 tests ran to the end";
    }
    const Profile profile = profile_of(tape, facts);
    CHECK_FALSE(profile.run.complete);
    CHECK(profile.run.incomplete_because == because);
    CHECK(profile.tests.at(0).outcome == TestOutcome::passed);
    CHECK(profile.tests.at(1).outcome == rest[0]);
    CHECK(profile.tests.at(2).outcome == rest[1]);
}

TEST_CASE("a run that recorded too little names its reason") {
    Tape tape;
    RunFacts facts;
    std::string because;
    const auto whole = [&] { tape.collected({"a.py::t"}).test(0, 5).finished(); };
    SUBCASE("nothing") {
        facts.exit_code = 1;
        because = "pytest ended with exit code 1 and the recorder wrote nothing";
    }
    SUBCASE("a crash during collection") {
        tape.session(SessionPoint::imported).session(SessionPoint::configured);
        facts.signal = 6;
        because = "signal 6 ended pytest during collection";
    }
    SUBCASE("a usage error") {
        tape.session(SessionPoint::imported);
        facts.exit_code = 4;
        because = "pytest ended with exit code 4 before collection";
    }
    SUBCASE("a collection error") {
        tape.collected({}).finished(2);
        because = "pytest was interrupted, or could not collect all tests";
    }
    SUBCASE("a recorder that stopped") {
        whole();
        tape.add(RecorderFailed{"OSError: gone"});
        because = "the recorder stopped: OSError: gone";
    }
    SUBCASE("lost frames") {
        whole();
        facts.dropped = 2;
        because = "2 records got lost";
    }
    SUBCASE("a damaged stream") {
        whole();
        facts.damage = Error{ErrorKind::suite_failed, "cannot read on", "a frame of 3 bytes", ""};
        because = "cannot read on: a frame of 3 bytes";
    }
    const Profile profile = profile_of(tape, facts);
    CHECK_FALSE(profile.run.complete);
    CHECK(profile.run.incomplete_because == because);
}

TEST_CASE("a process that is killed when all is done leaves a complete recording") {
    Tape tape;
    tape.collected({"a.py::t"}).test(0, 5).finished();
    RunFacts facts = facts_of(tape);
    facts.exit_code.reset();
    facts.signal = 9;
    facts.stopped_because = "the deadline of 9 s passed";
    const Profile profile = profile_of(tape, facts);
    CHECK(profile.run.complete);
    CHECK(profile.run.signal == 9);
}

TEST_CASE("facts fill what the parent did not know, and nothing else") {
    Tape tape;
    tape.add(RunFact{"python", "3.12.1"}).add(RunFact{"pytest", "9.2.0"});
    tape.add(RunFact{"rootdir", "/suite"});
    RunFacts facts;
    facts.interpreter.version = "3.12.0";
    facts.command = {"pytest"};
    facts.missing = {{"perf events", "not permitted"}};
    const Profile profile = profile_of(tape, facts);
    CHECK(profile.interpreter.version == "3.12.0");
    CHECK(profile.interpreter.pytest_version == "9.2.0");
    CHECK(profile.run.rootdir == "/suite");
    CHECK(profile.run.command == std::vector<std::string>{"pytest"});
    CHECK(profile.missing.at(0).what == "perf events");
}

TEST_CASE("progress is known at any time") {
    Tape tape;
    ProfileBuilder builder;
    const auto feed = [&] { builder.feed(std::exchange(tape.records, {})); };
    CHECK(builder.stage() == RunStage::starting);
    tape.session(SessionPoint::imported);
    feed();
    CHECK(builder.stage() == RunStage::configuring);
    tape.session(SessionPoint::configured);
    feed();
    CHECK(builder.stage() == RunStage::collecting);
    tape.session(SessionPoint::collected).item(0, "a.py::t").item(1, "a.py::u").begin(0).set_up(0);
    tape.end(0, Phase::setup).report(0, Phase::setup, ReportedOutcome::failed);
    feed();
    CHECK(builder.stage() == RunStage::testing);
    CHECK(builder.current() == "a.py::t");
    CHECK(builder.collected() == 2);
    CHECK(builder.started() == 1);
    CHECK(builder.failed() == 1);
    tape.finished();
    feed();
    CHECK(builder.stage() == RunStage::ended);
    CHECK(builder.current().empty());
}

namespace {

Record random_record(Random& random, Mark& now) {
    const auto number = [&](std::uint32_t below) {
        return random.below(20) == 0 ? ~std::uint32_t{0} - random.below(2) : random.below(below);
    };
    now.wall_ns += random.below(3'000'000);
    now.thread_cpu_ns += random.below(1'000'000);
    if (random.below(30) == 0) {
        now.wall_ns = random.next();
        now.thread_user_s = std::bit_cast<double>(random.next());
        now.max_rss_kib = random.next();
        now.voluntary_switches = random.next();
        now.children_sys_s = std::bit_cast<double>(random.next());
    }
    const FixtureUse use{{number(4)}, number(2)};
    switch (random.below(8)) {
    case 0: return FixtureDefined{number(4), {"f", static_cast<Scope>(random.below(5)), ""}};
    case 1: return ItemCollected{number(6), "a.py::t", 4, 0, {}, {use}};
    case 2: return FixtureNeeded{number(6), use};
    case 3: return SessionMark{static_cast<SessionPoint>(random.below(5)), number(6), now};
    case 4: return CountersMark{now};
    case 5:
        return FixtureMark{
            number(6),
            number(4),
            static_cast<FixtureSpan>(random.below(2)),
            static_cast<Edge>(random.below(2)),
            use,
            now};
    default:
        return TestPoint{
            number(6),
            static_cast<Step>(random.below(4)),
            static_cast<Phase>(random.below(3)),
            static_cast<ReportedOutcome>(random.below(4)),
            random.below(2) == 0,
            random.below(4) == 0,
            now.wall_ns,
            now.thread_cpu_ns};
    }
}

bool is_sound(const Cost& cost) {
    const auto sound = [](Seconds time) { return time >= Seconds(0) && time < Seconds(1e12); };
    return sound(cost.wall) && sound(cost.cpu_user) && sound(cost.cpu_sys)
           && sound(cost.other_threads_cpu) && sound(cost.children_cpu)
           && sound(cost.core_wait.value_or(Seconds(0)));
}

}  // namespace

TEST_CASE("records that no recorder writes give a profile all the same") {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed);
        Mark now;
        now.run_delay_ns = 0;
        ProfileBuilder builder;
        for (int i = 0; i < 120; ++i) {
            builder.feed({random_record(random, now)});
        }
        RunFacts facts;
        facts.exec_ns = random.next();
        facts.exit_ns = random.next();
        const Profile profile = std::move(builder).finish(facts);
        Seconds sum;
        for (const TestCost& test : profile.tests) {
            REQUIRE(is_sound(test.total()));
            sum += test.total().wall + test.protocol_overhead;
            for (const FixtureUse use : test.fixtures) {
                REQUIRE(use.fixture.value < profile.fixture_definitions.size());
            }
        }
        for (const FixtureInstance& instance : profile.fixtures) {
            REQUIRE(is_sound(instance.setup + instance.teardown));
            REQUIRE(instance.requested_by.value < profile.tests.size());
            sum += instance.setup.wall + instance.teardown.wall;
        }
        // Every moment is charged once.
        REQUIRE(sum.value() == doctest::Approx(profile.session.loop.wall.value()));
    }
}

namespace {

/// Samples at every millisecond of a tape from `begin` ms after exec on.
class Samples {
public:
    explicit Samples(std::uint64_t begin_ms)
        : at_ns_(static_cast<std::int64_t>(k_exec_ns + begin_ms * k_ms) + 500'000) {
        log.elapsed = Seconds(1);
        log.cpu = Seconds(0.015);
    }
    Samples& see(int count, GilState gil, std::optional<WaitLabel> wait = {}) {
        for (int i = 0; i < count; ++i) {
            log.samples.push_back({at_ns_, gil, !wait, wait});
            at_ns_ += k_ms;
        }
        return *this;
    }
    SampleLog log;

private:
    std::int64_t at_ns_;
};

constexpr WaitLabel k_asleep{WaitReason::sleep, {}};
constexpr WaitLabel k_on_peer{WaitReason::socket, 5432};

/// Two tests of 200 ms each, of which the second one waits for its last half.
Tape computing_and_waiting() {
    Tape tape;
    tape.collected({"a.py::computes", "b.py::waits"}).test(0, 200);
    tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
    tape.compute(100).wait(100).end(1, Phase::call).counters().report(1, Phase::call);
    tape.end(1, Phase::teardown).report(1, Phase::teardown).finished();
    return tape;
}

Profile profile_of(Tape& tape, SampleLog log) {
    RunFacts facts = facts_of(tape);
    facts.samples = std::move(log);
    return profile_of(tape, std::move(facts));
}

}  // namespace

TEST_CASE("samples belong to the test in whose time they were taken") {
    Tape tape = computing_and_waiting();
    Samples samples(150);
    samples.see(200, GilState::held).see(100, GilState::free);
    samples.see(75, GilState::free, k_on_peer).see(25, GilState::free, k_asleep);
    const Profile profile = profile_of(tape, samples.log);

    // 200 of 200 runnable samples of the one held the GIL, none of 100 of the other.
    CHECK(profile.tests[0].call.gil_held.value().value() == doctest::Approx(0.2).epsilon(0.01));
    CHECK(profile.tests[1].call.gil_held.value().value() < 0.002);
    CHECK(profile.tests[1].call.gil_held.source() == Source::sampled);
    CHECK(profile.tests[0].waits.empty());
    REQUIRE(profile.tests[1].waits.size() == 2);
    CHECK(profile.tests[1].waits[0].reason == WaitReason::socket);
    CHECK(profile.tests[1].waits[0].time.value() == doctest::Approx(0.075).epsilon(0.01));
    CHECK(
        (profile.tests[1].waits[0].time + profile.tests[1].waits[1].time).value()
        == doctest::Approx(0.1)
    );

    REQUIRE(profile.sampling);
    CHECK(profile.sampling->samples == 400);
    CHECK(profile.sampling->core_fraction == doctest::Approx(0.015));
    CHECK(profile.sampling->gil_held.value().value() == doctest::Approx(0.2).epsilon(0.02));
    CHECK(profile.sampling->gil_standard_error > Seconds(0));
    CHECK(profile.sampling->gil_standard_error < Seconds(0.01));
    CHECK(profile.session.loop.gil_held == profile.sampling->gil_held);
    REQUIRE(profile.sampling->waits.size() == 2);
    CHECK(profile.sampling->waits[0].peer_port == 5432);
    CHECK(profile.missing.empty());
}

TEST_CASE("the GIL that is held while nothing runs is told apart") {
    Tape tape = computing_and_waiting();
    Samples samples(150);
    samples.see(300, GilState::held).see(100, GilState::held, k_asleep);
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.tests[1].call.gil_held.value().value() == doctest::Approx(0.2).epsilon(0.02));
    CHECK(profile.sampling->gil_held_blocked.value() == doctest::Approx(0.1).epsilon(0.02));
}

TEST_CASE("a sampler that saw a stretch seldom, because it was late, is not misled by it") {
    // Only every tenth of the samples of the computing test is there.
    Tape tape = computing_and_waiting();
    Samples samples(150);
    for (int i = 0; i < 20; ++i) {
        samples.see(1, GilState::held);
        samples.see(9, GilState::unknown);
    }
    samples.see(100, GilState::free).see(100, GilState::free, k_asleep);
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.sampling->gil_held.value().value() == doctest::Approx(0.2).epsilon(0.05));
}

TEST_CASE("what could not be sampled is missing with its reason, not zero") {
    Tape tape = computing_and_waiting();
    Samples samples(150);
    samples.see(300, GilState::free).see(100, GilState::free, k_asleep);
    samples.log.no_gil_because = "the interpreter is free-threaded";
    const Profile blind = profile_of(tape, samples.log);
    CHECK_FALSE(blind.tests[0].call.gil_held.has_value());
    CHECK_FALSE(blind.sampling->gil_held.has_value());
    CHECK(blind.tests[1].waits.size() == 1);
    CHECK(
        blind.missing
        == std::vector<Missing>{{"time holding the GIL", "the interpreter is free-threaded"}}
    );

    SampleLog nothing;
    nothing.no_waits_because = "denied";
    const Profile without = profile_of(tape, nothing);
    CHECK_FALSE(without.sampling);
    CHECK(
        without.missing
        == std::vector<
            Missing>{{"time holding the GIL", "denied"}, {"what blocked time waited for", "denied"}}
    );
    CHECK(profile_of(tape, SampleLog()).missing.size() == 2);
}

TEST_CASE("samples outside of what was recorded belong to nobody") {
    Tape tape = computing_and_waiting();
    Samples before(10);
    before.see(50, GilState::held);
    CHECK_FALSE(profile_of(tape, before.log).sampling);
    Samples after(5000);
    after.see(50, GilState::held);
    CHECK_FALSE(profile_of(tape, after.log).sampling);
}

TEST_CASE("a test that was never started has no share of the GIL") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"}).test(0, 200).finished();
    Samples samples(150);
    samples.see(200, GilState::held);
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.tests[0].call.gil_held.has_value());
    CHECK_FALSE(profile.tests[1].call.gil_held.has_value());
}

TEST_CASE("time on a core counts, not what a thread holds while it waits for one") {
    Tape tape;
    tape.collected({"a.py::t"}).begin(0).set_up(0).compute(50).wait_for_core(150);
    tape.end(0, Phase::call).counters().report(0, Phase::call).finished();
    Samples samples(150);
    samples.see(50, GilState::held).see(150, GilState::free);
    for (std::size_t i = 50; i < 200; ++i) {
        samples.log.samples[i].on_core = false;
    }
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.tests[0].total().gil_held.value().value() == doctest::Approx(0.05).epsilon(0.02));

    // On a machine with one core the sampler never sees the suite on it: 50 of 200 held the GIL.
    for (Sample& sample : samples.log.samples) {
        sample.on_core = false;
    }
    const Profile alone = profile_of(tape, samples.log);
    CHECK(alone.tests[0].total().gil_held.value().value() == doctest::Approx(0.0125).epsilon(0.1));
}

TEST_CASE("what is there after a test and was not before it is the test's") {
    Tape tape;
    tape.collected({"a.py::x", "a.py::y", "a.py::z"}).holdings(0xffffffff, {1, 9, 0});
    tape.test(0, 5).holdings(0, {2, 9, 0});
    tape.test(1, 5).test(2, 5).holdings(1, {2, 12, 1}).finished();
    tape.add(RunFact{"left", "thread t\nprocess p"});
    const Profile profile = profile_of(tape, facts_of(tape));
    REQUIRE(profile.leftovers);
    const std::vector<HoldingsChange> expected{
        {{0}, {0}, {}, {1, 0, 0}},
        {{1}, {2}, {}, {0, 3, 1}}};  // y ran into the count of z: one of the two
    CHECK(profile.leftovers->changes == expected);
    CHECK(profile.leftovers->found == std::vector<std::string>{"thread t", "process p"});
}

TEST_CASE("what a wide fixture opens is not its first test's") {
    Tape tape;
    tape.compute(100).session(SessionPoint::imported).session(SessionPoint::configured);
    tape.session(SessionPoint::collected).fixture(0, "server", Scope::module);
    tape.item(0, "a.py::x", {{{0}, k_none}}).holdings(0xffffffff, {1, 9, 0}).begin(0).set_up(0);
    tape.mark(0, 0, FixtureSpan::setup, Edge::begin, {{0}, k_none}).holdings(0, {2, 10, 1});
    tape.mark(0, 0, FixtureSpan::setup, Edge::end).end(0, Phase::setup).report(0, Phase::setup);
    tape.end(0, Phase::call).report(0, Phase::call);
    tape.mark(0, 0, FixtureSpan::teardown, Edge::begin).holdings(0, {1, 9, 0});
    tape.mark(0, 0, FixtureSpan::teardown, Edge::end);
    tape.end(0, Phase::teardown).report(0, Phase::teardown).finished();
    const Profile profile = profile_of(tape, facts_of(tape));
    REQUIRE(profile.leftovers);
    const std::vector<HoldingsChange> expected{
        {{0}, {0}, FixtureIndex{0}, {1, 1, 1}}, {{0}, {0}, FixtureIndex{0}, {-1, -1, -1}}};
    CHECK(profile.leftovers->changes == expected);
}

TEST_CASE("leftovers that could not be counted to the end are missing") {
    Tape tape;
    tape.collected({"a.py::x"}).holdings(0xffffffff, {1, 9, 0}).test(0, 5);
    SUBCASE("a count failed") {
        tape.add(RunFact{"uncounted", "the suite closed them"}).finished();
        const Profile profile = profile_of(tape, facts_of(tape));
        CHECK_FALSE(profile.leftovers);
        REQUIRE(profile.missing.size() == 1);
        CHECK(profile.missing.front().because == "the suite closed them");
    }
    SUBCASE("the session never finished") {
        const Profile profile = profile_of(tape, facts_of(tape));
        CHECK_FALSE(profile.leftovers);
        CHECK(profile.missing.empty());
    }
}
