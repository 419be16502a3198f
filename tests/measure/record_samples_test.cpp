#include "measure/record_samples.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "measure/tape.hpp"

using namespace advisor;

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
