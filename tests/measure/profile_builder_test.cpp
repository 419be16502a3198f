#include "measure/profile_builder.hpp"

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "measure/tape.hpp"

using namespace advisor;

namespace {

/// The identity that every cost must keep.
bool adds_up(const Cost& cost) {
    const Seconds parts = cost.cpu() + cost.core_wait.value_or(Seconds(0)) + cost.idle();
    return std::abs((cost.wall - parts).value()) < 1e-9;
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
    CHECK(test.call.blocked().value().value() == ms(5));
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

namespace {

constexpr FixtureUse k_narrow{{0}, k_none};
constexpr FixtureUse k_other{{1}, 2};
constexpr FixtureUse k_wide{{2}, k_none};

/// A test whose fixture asks for another and for a wider one while it is set up.
Tape& nested_fixtures(Tape& tape) {
    tape.fixture(0, "narrow", Scope::function).fixture(1, "other", Scope::function);
    tape.fixture(2, "wide", Scope::module).collected({"a.py::t"}).begin(0).set_up(0).compute(1);
    tape.narrow(FixtureSpan::setup, Edge::begin, k_narrow).compute(2).wait(3);
    tape.narrow(FixtureSpan::setup, Edge::begin, k_other).compute(4);
    tape.narrow(FixtureSpan::setup, Edge::end, k_other);
    tape.mark(0, 0, FixtureSpan::setup, Edge::begin, k_wide).compute(50);
    tape.mark(0, 0, FixtureSpan::setup, Edge::end).compute(5);
    tape.narrow(FixtureSpan::setup, Edge::end, k_narrow);
    tape.end(0, Phase::setup).report(0, Phase::setup);
    tape.compute(10).end(0, Phase::call).report(0, Phase::call).compute(1);
    tape.narrow(FixtureSpan::teardown, Edge::begin, k_narrow).wait(6);
    tape.narrow(FixtureSpan::teardown, Edge::end, k_narrow);
    tape.narrow(FixtureSpan::teardown, Edge::begin, k_other).compute(7);
    return tape;
}

}  // namespace

TEST_CASE("a fixture of function scope has its own time, and its test all of it") {
    Tape tape;
    nested_fixtures(tape).narrow(FixtureSpan::teardown, Edge::end, k_other);
    tape.end(0, Phase::teardown).report(0, Phase::teardown).finished();
    const Profile profile = profile_of(tape);
    REQUIRE(profile.function_fixtures.size() == 2);
    const FunctionFixture& narrow = profile.function_fixtures[0];
    CHECK(narrow.test.value == 0);
    CHECK(narrow.use == k_narrow);
    CHECK(narrow.setup.value() == ms(10));
    CHECK(narrow.setup_cpu.value() == ms(7));
    CHECK(narrow.teardown.value() == ms(6));
    CHECK(narrow.teardown_cpu == Seconds(0));
    const FunctionFixture& other = profile.function_fixtures[1];
    CHECK(other.use == k_other);
    CHECK(other.setup.value() == ms(4));
    CHECK(other.teardown.value() == ms(7));
    CHECK(profile.fixtures.at(0).setup.wall.value() == ms(50));
    CHECK(profile.tests[0].setup.wall.value() == ms(15));
    CHECK(profile.tests[0].teardown.wall.value() == ms(14));
    CHECK(profile.tests[0].fixtures == std::vector<FixtureUse>{k_wide});
}

TEST_CASE("a fixture of function scope that did not end has no time of that span") {
    Tape tape;
    nested_fixtures(tape);
    const Profile profile = profile_of(tape);
    REQUIRE(profile.function_fixtures.size() == 2);
    CHECK(profile.function_fixtures[1].setup.value() == ms(4));
    CHECK(profile.function_fixtures[1].teardown == Seconds(0));
}

TEST_CASE("points of fixtures that make no sense change nothing") {
    Tape tape;
    tape.fixture(0, "narrow", Scope::function);
    tape.narrow(FixtureSpan::setup, Edge::begin, k_narrow).collected({"a.py::t", "a.py::u"});
    tape.begin(0).narrow(FixtureSpan::teardown, Edge::begin, k_narrow);
    tape.narrow(FixtureSpan::setup, Edge::begin, {{9}, k_none});
    tape.narrow(FixtureSpan::setup, Edge::end, k_narrow);
    tape.narrow(FixtureSpan::setup, Edge::begin, k_narrow);
    tape.short_test(1).narrow(FixtureSpan::setup, Edge::end, k_narrow).finished();
    const Profile profile = profile_of(tape);
    REQUIRE(profile.function_fixtures.size() == 1);
    CHECK(profile.function_fixtures[0].setup == Seconds(0));
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
    CHECK(first.call.children_cpu == Seconds(0));
    CHECK(second.setup.children_cpu.value() == ms(8));  // it ended at the mark
    CHECK(first.teardown.other_threads_cpu.value() == ms(8.0 * 8 / 16));
    CHECK(first.teardown.involuntary_switches + second.setup.involuntary_switches == 3);
    for (const Cost& cost : {first.call, first.teardown, second.setup}) {
        CHECK(adds_up(cost));
    }
}

TEST_CASE("a thread that did not sleep had a core or waited for one") {
    const auto second_of_two = [](auto play) {
        Tape tape;
        tape.collected({"a.py::t", "a.py::u"}).begin(0).set_up(0).wait(1).end(0, Phase::setup);
        tape.counters().report(0, Phase::setup).begin(1).set_up(1);
        play(tape.compute(4));
        return profile_of(tape).tests.at(1).setup;
    };
    const Cost awake = second_of_two([](Tape& tape) {
        tape.wait_for_core(2).lose_core(3).end(1, Phase::setup).counters();
    });
    CHECK(awake.core_wait.value().value() == ms(5));
    CHECK(awake.blocked().value().value() == ms(0));
    const Cost asleep = second_of_two([](Tape& tape) {
        tape.wait_for_core(2).lose_core(3).wait(1).end(1, Phase::setup).counters();
    });
    CHECK(asleep.core_wait.value().value() == ms(2));
    CHECK(asleep.blocked().value().value() == ms(4));
}

TEST_CASE("of what ran when the process ended, waiting for a core is what the kernel said then") {
    const auto cut_off = [](std::optional<std::uint64_t> run_delay_ns) {
        Tape tape;
        tape.collected({"a.py::t"}).wait_for_core(1).begin(0).set_up(0).counters();
        tape.wait_for_core(2).wait(4);
        RunFacts facts = facts_of(tape);
        facts.signal = 9;
        facts.run_delay_ns = run_delay_ns;
        return profile_of(tape, std::move(facts));
    };
    const Profile known = cut_off(3 * k_ms);
    CHECK(known.tests.at(0).setup.core_wait.value().value() == ms(2));
    CHECK(known.tests.at(0).setup.blocked().value().value() == ms(4));
    const Profile unknown = cut_off(std::nullopt);
    CHECK_FALSE(unknown.tests.at(0).setup.core_wait.has_value());
    REQUIRE(!unknown.missing.empty());
    CHECK(unknown.missing[0].what == "how long what ran at the end waited for a core");
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

TEST_CASE("a test has the peak of memory that the next mark tells, and a mark within it") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u", "a.py::v"});
    tape.now().max_rss_kib = 300;
    tape.test(0, 5);
    tape.now().max_rss_kib = 100;
    tape.test(1, 5).test(2, 5).finished();
    const Profile profile = profile_of(tape);
    CHECK(profile.tests.at(0).peak_rss == Bytes(300L * 1024));
    CHECK(profile.tests.at(1).peak_rss == Bytes(100L * 1024));
    CHECK(profile.tests.at(2).peak_rss == Bytes(100L * 1024));
}

TEST_CASE("the run has the peak of the marks, where that is more than the kernel tells at its end"
) {
    Tape tape;
    tape.collected({"a.py::t"});
    tape.now().max_rss_kib = 4096;
    tape.test(0, 5).finished();
    RunFacts facts = facts_of(tape);
    facts.usage.peak_rss = Bytes(1 << 20);
    CHECK(profile_of(tape, facts).run.peak_rss == Bytes(4 << 20));
}

TEST_CASE("memory that has grown is of tests that were not over before it could grow so much") {
    constexpr std::uint64_t k_mib = 1024;
    Tape tape;
    tape.collected({"a.py::t", "a.py::u", "a.py::v", "a.py::w"});
    tape.now().max_rss_kib = 30 * k_mib;
    tape.counters();
    // Four tests of 1 ms, of which the first two would have to write 40 MB in it.
    tape.now().max_rss_kib = 70 * k_mib;
    tape.short_test(0).short_test(1).short_test(2).counters_and_memory(30 * k_mib, 3);
    tape.now().max_rss_kib = 31 * k_mib;
    tape.short_test(3).finished();
    const Profile profile = profile_of(tape);
    CHECK(profile.tests.at(0).peak_rss == Bytes(30 << 20));
    CHECK(profile.tests.at(1).peak_rss == Bytes(30 << 20));
    CHECK(profile.tests.at(2).peak_rss == Bytes(70 << 20));
    CHECK(profile.tests.at(3).peak_rss == Bytes(31 << 20));
}

TEST_CASE("peaks that the kernel does not let begin anew are missing, and not zero") {
    Tape tape;
    tape.collected({"a.py::t"});
    tape.now().max_rss_kib = 0;
    tape.test(0, 5).finished();
    const Profile profile = profile_of(tape);
    CHECK(profile.tests.at(0).peak_rss == Bytes(0));
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].what == "the peak of memory of each test");
}

TEST_CASE("a session whose end nobody saw ends with the process") {
    Tape tape;
    tape.collected({"a.py::t"}).test(0, 5).session(SessionPoint::finished);
    const std::uint64_t finished_ns = tape.now().wall_ns;
    RunFacts facts = facts_of(tape);
    facts.exit_ns = finished_ns + 50 * k_ms;
    CHECK(profile_of(tape, facts).session.exit.wall == Seconds(0.05));
}

TEST_CASE("an item that the session ran twice is named") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"}).test(0, 5).test(1, 5).test(0, 5).finished();
    const Profile profile = profile_of(tape);
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].what == "each run of 1 test alone");
}

TEST_CASE("workers that the options ask for are named") {
    Tape tape;
    tape.add(RunFact{"workers", "-n 4"}).collected({"a.py::t"}).test(0, 5).finished();
    const Profile profile = profile_of(tape);
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].what == "the suite under -n 4, for which its options ask");
}

TEST_CASE("a deadline that passed while the interpreter exits is named, and all is recorded") {
    Tape tape;
    tape.collected({"a.py::t"}).test(0, 5).finished();
    RunFacts facts = facts_of(tape);
    facts.stopped_because = "the deadline of 9 s passed";
    const Profile profile = profile_of(tape, facts);
    CHECK(profile.run.complete);
    REQUIRE(profile.missing.size() == 1);
    CHECK(profile.missing[0].because == "the deadline of 9 s passed");
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
    switch (random.below(9)) {
    case 0: return FixtureDefined{number(4), {"f", static_cast<Scope>(random.below(5)), ""}};
    case 1: return ItemCollected{number(6), "a.py::t", 4, 0, {}, {use}};
    case 2: return FixtureNeeded{number(6), use};
    case 3: return SessionMark{static_cast<SessionPoint>(random.below(5)), number(6), now};
    case 4: return CountersMark{now, MemoryBefore{random.next(), random.next()}};
    case 5: return TestAlone{number(6), "capsys"};
    case 6:
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
