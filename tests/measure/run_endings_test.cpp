#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "measure/profile_builder.hpp"
#include "measure/tape.hpp"

using namespace advisor;

namespace {

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
    const Profile profile = profile_of(tape);
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].what == "each run of 1 test alone");
    const TestCost& test = profile.tests.at(0);
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

TEST_CASE("the time up to the end of the process is that of what ran") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"}).test(0, 5);
    Cost TestCost::*phase = &TestCost::call;
    bool by_pytest = false;
    SUBCASE("killed in a call") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
    }
    SUBCASE("killed in a set-up") {
        tape.begin(1).set_up(1);
        phase = &TestCost::setup;
    }
    SUBCASE("interrupted in a call, after which pytest ends its session") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
        by_pytest = true;
    }
    const std::uint64_t process_cpu_ns = tape.now().process_cpu_ns;
    tape.compute(300).wait(700);
    if (by_pytest) {
        tape.finished(2);
    }
    RunFacts facts = facts_of(tape);
    facts.usage.cpu_user = Seconds(static_cast<double>(process_cpu_ns) * 1e-9 + 0.3);
    const Profile profile = profile_of(tape, facts);
    const TestCost& test = profile.tests.at(1);
    CHECK(test.outcome == TestOutcome::interrupted);
    CHECK((test.*phase).wall.value() == ms(1000));
    CHECK((test.*phase).cpu().value() == ms(300));
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
            "pytest was interrupted, or could not collect all tests, during the call of a.py::u: "
            "1 of 3 tests ran to the end";
    }
    SUBCASE("an interrupt that advisor passed on") {
        tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup).finished(2);
        facts.stopped_because = "it was interrupted";
        because = "it was interrupted, during the call of a.py::u";
    }
    SUBCASE("an interrupt that advisor passed on, between two tests") {
        tape.test(1, 5).finished(2);
        facts.stopped_because = "it was interrupted";
        rest = {TestOutcome::passed, TestOutcome::not_run};
        because = "it was interrupted: 2 of 3 tests ran to the end";
    }
    SUBCASE("-x") {
        tape.test(1, 5).finished(1);
        rest = {TestOutcome::passed, TestOutcome::not_run};
        because = "pytest stopped early: 2 of 3 tests ran to the end";
    }
    facts.exit_ns = tape.now().wall_ns;
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

TEST_CASE("a recording of another clock says that its times are none") {
    Tape tape;
    RunFacts facts;
    SUBCASE("ahead") {
        tape.collected({"a.py::t"}).test(0, 5).finished();
        facts = facts_of(tape);
        facts.exit_ns -= 1;
    }
    SUBCASE("behind") {
        tape.now().wall_ns -= 1000 * k_ms;
        tape.collected({"a.py::t"}).test(0, 5).finished();
        facts = facts_of(tape);
    }
    facts.exit_code = 0;
    const Profile profile = profile_of(tape, facts);
    CHECK_FALSE(profile.run.complete);
    CHECK(
        profile.run.incomplete_because.find("clock is not that of the machine") != std::string::npos
    );
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
    CHECK(profile.run.cut_off_because == "the deadline of 9 s passed");
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
