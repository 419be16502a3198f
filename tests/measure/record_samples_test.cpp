#include "measure/record_samples.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "measure/tape.hpp"

using namespace advisor;
using doctest::Approx;

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
    /// A wait of that many milliseconds that is known as a whole, with a sample in each of them,
    /// or only in the last ones.
    Samples& see_whole(int length_ms, WaitLabel wait, int count) {
        const WaitInterval whole{
            at_ns_ - 500'000, at_ns_ - 500'000 + static_cast<std::int64_t>(k_ms) * length_ms};
        at_ns_ += static_cast<std::int64_t>(k_ms) * (length_ms - count);
        see(count, GilState::free, wait);
        for (auto sample = log.samples.end() - count; sample != log.samples.end(); ++sample) {
            sample->whole = whole;
        }
        return *this;
    }
    Samples& see_whole(int length_ms, WaitLabel wait) {
        return see_whole(length_ms, wait, length_ms);
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

}  // namespace

TEST_CASE("samples belong to the test in whose time they were taken") {
    Tape tape = computing_and_waiting();
    Samples samples(150);
    samples.see(200, GilState::held).see(100, GilState::free);
    samples.see(75, GilState::free, k_on_peer).see(25, GilState::free, k_asleep);
    const Profile profile = profile_of(tape, samples.log);

    // 200 of 200 runnable samples of the one held the GIL, none of 100 of the other.
    CHECK(profile.tests[0].call.gil_held.value().value() == Approx(0.2).epsilon(0.01));
    CHECK(profile.tests[1].call.gil_held.value().value() < 0.002);
    CHECK(profile.tests[1].call.gil_held.source() == Source::sampled);
    CHECK(profile.tests[0].waits.empty());
    REQUIRE(profile.tests[1].waits.size() == 2);
    CHECK(profile.tests[1].waits[0].reason == WaitReason::socket);
    CHECK(profile.tests[1].waits[0].time.value() == Approx(0.075).epsilon(0.01));
    CHECK((profile.tests[1].waits[0].time + profile.tests[1].waits[1].time).value() == Approx(0.1));

    REQUIRE(profile.sampling);
    CHECK(profile.sampling->samples == 400);
    CHECK(profile.sampling->core_fraction == Approx(0.015));
    CHECK(profile.sampling->gil_held.value().value() == Approx(0.2).epsilon(0.02));
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
    CHECK(profile.tests[1].call.gil_held.value().value() == Approx(0.2).epsilon(0.02));
    CHECK(profile.sampling->gil_held_blocked.value() == Approx(0.1).epsilon(0.02));
}

TEST_CASE("samples that all say the same leave an error, the larger the fewer they are") {
    const auto error_of = [](int samples) {
        Tape tape;
        tape.collected({"a.py::t"}).test(0, 60).finished();
        Samples held(150);
        held.see(samples, GilState::held);
        return profile_of(tape, held.log).sampling->gil_standard_error / Seconds(0.06);
    };
    CHECK(error_of(60) > 0.01);  // a sixtieth is what the next sample might say
    CHECK(error_of(60) < 0.05);
    CHECK(error_of(4) > 0.1);
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
    CHECK(profile.sampling->gil_held.value().value() == Approx(0.2).epsilon(0.05));
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
    CHECK(profile.tests[0].total().gil_held.value().value() == Approx(0.05).epsilon(0.02));

    // On a machine with one core the sampler never sees the suite on it: 50 of 200 held the GIL.
    for (Sample& sample : samples.log.samples) {
        sample.on_core = false;
    }
    const Profile alone = profile_of(tape, samples.log);
    CHECK(alone.tests[0].total().gil_held.value().value() == Approx(0.0125).epsilon(0.1));
}

namespace {

constexpr WaitLabel k_on_disk{WaitReason::disk, {}};

double waited(const TestCost& test, WaitReason reason) {
    for (const Wait& wait : test.waits) {
        if (wait.reason == reason) {
            return wait.time.value();
        }
    }
    return 0;
}

/// Samples of the time before the second test of computing_and_waiting() waits.
Samples before_waiting() {
    Samples samples(150);
    return samples.see(300, GilState::held);
}

/// With what is left of the blocked time, of which there are ten samples.
Profile of_a_whole_sleep(int samples_in_it) {
    Tape tape = computing_and_waiting();
    Samples samples = before_waiting();
    samples.see_whole(60, k_asleep, samples_in_it).see(10, GilState::free, k_on_peer);
    return profile_of(tape, samples.log);
}

}  // namespace

TEST_CASE("a wait that was seen whole counts by its length, whatever its samples") {
    for (const int samples_in_it : {60, 3, 1}) {
        const Profile profile = of_a_whole_sleep(samples_in_it);
        // Of the rest, 40 ms, ten samples tell, and the sleep for a quarter of one.
        const double rest = 0.04;
        CHECK(waited(profile.tests[1], WaitReason::socket) == Approx(rest * 10 / 10.25));
        CHECK(waited(profile.tests[1], WaitReason::sleep) == Approx(0.06 + rest * 0.25 / 10.25));
        CHECK(profile.sampling->seen_whole.value() == Approx(0.06));
        CHECK(profile.sampling->waits[0].standard_error < Seconds(0.002));
    }
}

TEST_CASE("a short wait that was seen whole stands for those that were not seen") {
    Tape tape = computing_and_waiting();
    Samples samples = before_waiting();
    for (int i = 0; i < 10; ++i) {
        samples.see_whole(1, k_on_peer, 1).see_whole(3, k_on_disk, 1);
    }
    samples.log.elapsed = Seconds(0.004) * static_cast<double>(samples.log.samples.size());
    const Profile profile = profile_of(tape, samples.log);
    // With 4 ms between samples, one in four waits of 1 ms was seen, and three of four of 3 ms. The
    // quarter of a sample is of what was seen, 10 ms of 40 for the socket.
    const double sockets = (10 * 0.75 + 0.25 * 0.25) / 10.25;
    CHECK(waited(profile.tests[1], WaitReason::socket) == Approx(0.01 + 0.06 * sockets));
    CHECK(waited(profile.tests[1], WaitReason::disk) == Approx(0.03 + 0.06 * (1 - sockets)));
    CHECK(profile.sampling->seen_whole.value() == Approx(0.04));
}

TEST_CASE("waiting for a core at the end of a wait is no part of the blocked time") {
    Tape tape;
    tape.collected({"a.py::t"}).begin(0).set_up(0).wait(60).wait_for_core(40);
    tape.end(0, Phase::call).counters().report(0, Phase::call).finished();
    Samples samples(150);
    samples.see_whole(75, k_asleep).see_whole(25, k_on_disk);
    const Profile profile = profile_of(tape, samples.log);
    CHECK(waited(profile.tests[0], WaitReason::sleep) == Approx(0.045));
    CHECK(waited(profile.tests[0], WaitReason::disk) == Approx(0.015));
    CHECK(profile.sampling->seen_whole.value() == Approx(0.06));
}

TEST_CASE("a wait belongs to the test in which it began, though its sample began before") {
    Tape tape;
    tape.collected({"a.py::t", "a.py::u"}).test(0, 100);
    tape.begin(1).set_up(1).wait(100).end(1, Phase::setup).counters().report(1, Phase::setup);
    tape.finished();
    Samples samples(150);
    samples.see(99, GilState::free).see_whole(101, k_asleep, 101);
    for (std::size_t i = 99; i < samples.log.samples.size(); ++i) {
        samples.log.samples[i].whole->begin_ns += k_ms + 1;  // the first sample's instant before
    }
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.sampling->seen_whole.value() == Approx(0.1));
    CHECK(waited(profile.tests[1], WaitReason::sleep) == Approx(0.1));
}

TEST_CASE("peers are told apart by how long was waited for each") {
    Tape tape = computing_and_waiting();
    Samples samples = before_waiting();
    samples.see_whole(80, k_on_peer, 2)
        .see(20, GilState::free, WaitLabel{WaitReason::socket, 6379});
    samples.log.elapsed = Seconds(0.001) * static_cast<double>(samples.log.samples.size());
    const Profile profile = profile_of(tape, samples.log);
    REQUIRE(profile.sampling->waits.size() == 2);
    CHECK(profile.sampling->waits[0].peer_port == 5432);
    CHECK(profile.sampling->waits[0].time.value() == Approx(0.08));
    CHECK(profile.sampling->waits[1].time.value() == Approx(0.02));
}

TEST_CASE("that switch records were refused is said where waits were sampled") {
    Tape tape = computing_and_waiting();
    Samples samples = before_waiting();
    samples.log.no_switches_because = "denied";
    CHECK(profile_of(tape, samples.log).missing.empty());
    samples.see(100, GilState::free, k_asleep);
    const Profile profile = profile_of(tape, samples.log);
    CHECK(profile.missing == std::vector<Missing>{{"when waits began and ended", "denied"}});
    CHECK(profile.sampling->seen_whole == Seconds(0));
}

namespace {

/// 130 ms of the GIL before the tests; then a call of 200 ms that holds it for 90, and one that
/// holds it throughout and is blocked for 40 ms of that.
Tape counted() {
    Tape tape;
    tape.gil(100, 0, 50).collected({"a.py::hashes", "a.py::hoards"});
    tape.gil(130, 0, 60).begin(0).set_up(0).end(0, Phase::setup).report(0, Phase::setup);
    tape.compute(200).gil(220, 0, 63).end(0, Phase::call).counters().report(0, Phase::call);
    tape.end(0, Phase::teardown).report(0, Phase::teardown);
    tape.begin(1).set_up(1).end(1, Phase::setup).report(1, Phase::setup);
    tape.compute(60).wait(40).gil(320, 40, 64).end(1, Phase::call).counters();
    tape.report(1, Phase::call).end(1, Phase::teardown).report(1, Phase::teardown);
    return tape;
}

}  // namespace

TEST_CASE("what was counted of the GIL belongs to the phase that ended when it was counted") {
    Tape tape = counted();
    tape.finished();
    const Profile profile = profile_of(tape);
    const Cost& hashes = profile.tests[0].call;
    CHECK(hashes.gil_held.value().value() == ms(90));
    CHECK(hashes.gil_held.source() == Source::measured);
    CHECK(hashes.gil_held_blocked.value() == Seconds(0));
    CHECK(hashes.gil_releases.value() == 3);
    const Cost& hoards = profile.tests[1].call;
    CHECK(hoards.gil_held.value().value() == ms(100));
    CHECK(hoards.gil_held_blocked.value().value() == ms(40));
    CHECK(profile.tests[1].total().gil_releases.value() == 1);
    CHECK(profile.session.loop.gil_held.value().value() == ms(190));
    CHECK(profile.session.collection.gil_held.value() == Seconds(0));
    CHECK(profile.missing.empty());
}

TEST_CASE("counts go before samples, and stay where samples are of no use") {
    Tape tape = counted();
    tape.finished();
    Samples samples(150);
    samples.see(300, GilState::free);
    const Profile both = profile_of(tape, samples.log);
    CHECK(both.tests[0].call.gil_held.value().value() == ms(90));
    REQUIRE(both.sampling);
    CHECK(both.sampling->gil_held == both.session.loop.gil_held);
    CHECK(both.sampling->gil_held_blocked.value() == ms(40));

    RunFacts facts = facts_of(tape);
    facts.samples = SampleLog();
    facts.samples->no_gil_because = "denied";
    facts.counts_gil = true;
    facts.counts_because = "denied";
    const Profile instead = profile_of(tape, std::move(facts));
    CHECK(instead.tests[0].call.gil_held.value().value() == ms(90));
    REQUIRE_FALSE(instead.missing.empty());
    CHECK(instead.missing[0].what == "the GIL as seen from outside");
    CHECK(instead.missing[0].because == "denied; a preloaded library counted it instead");
}

TEST_CASE("what the holder waits for a core is no time holding the GIL") {
    Tape tape;
    tape.gil(0, 0, 0).collected({"a.py::t"});
    tape.begin(0).set_up(0).end(0, Phase::setup).report(0, Phase::setup);
    tape.compute(50).wait_for_core(30).wait(20).gil(100, 50, 0).end(0, Phase::call).counters();
    tape.report(0, Phase::call).finished();
    const Profile profile = profile_of(tape);
    CHECK(profile.tests[0].call.gil_held.value().value() == ms(70));
    CHECK(profile.tests[0].call.gil_held_blocked.value().value() == ms(20));
}

TEST_CASE("why the GIL was not counted is said, and that it was sampled instead") {
    Tape tape = computing_and_waiting();
    tape.add(RunFact{"gil_uncounted", "it is linked statically"});
    Samples samples(150);
    samples.see(400, GilState::held);
    RunFacts facts = facts_of(tape);
    facts.counts_gil = true;
    facts.samples = samples.log;
    CHECK(
        profile_of(tape, facts).missing
        == std::vector<
            Missing>{{"exact time holding the GIL", "it is linked statically; it was sampled instead"}}
    );
    facts.samples->no_gil_because = "denied";
    CHECK(
        profile_of(tape, facts).missing
        == std::vector<
            Missing>{{"time holding the GIL", "denied; it was not counted, because it is linked statically"}}
    );
}

TEST_CASE("counts that cannot be are no more than the wall, and never negative") {
    Tape tape;
    tape.gil(50, 50, 50).collected({"a.py::t"}).begin(0).set_up(0).compute(10);
    tape.gil(1'000'000, 2'000'000, 3).end(0, Phase::setup).report(0, Phase::setup);
    tape.compute(10).gil(0, 0, 0).end(0, Phase::call).counters().finished();
    const Cost total = profile_of(tape).tests[0].total();
    CHECK(total.gil_held.value() <= total.wall);
    CHECK(total.gil_held_blocked.value() <= total.gil_held.value());
    CHECK(total.gil_releases.value() == 0);
}
