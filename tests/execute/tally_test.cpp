#include "execute/tally.hpp"

#include <doctest/doctest.h>

using namespace advisor;

namespace {

constexpr std::int64_t k_second = 1'000'000'000;

JournalPhase phase(const char* when, const char* outcome, double duration_s = 0) {
    return {when, outcome, false, false, Seconds(duration_s)};
}

JournalEvent final_of(const std::string& id, std::vector<JournalPhase> phases) {
    JournalEvent event;
    event.event = "final";
    event.id = id;
    event.worker = "gw0";
    event.phases = std::move(phases);
    return event;
}

JournalEvent seen_by(
    const char* worker, const char* name, const std::string& id, std::vector<JournalPhase> phases
) {
    JournalEvent event = final_of(id, std::move(phases));
    event.event = name;
    event.by = worker;
    event.worker = "";
    return event;
}

JournalEvent named(const char* name) {
    JournalEvent event;
    event.event = name;
    return event;
}

JournalEvent collected(std::vector<std::string> ids) {
    JournalEvent event = named("collected");
    event.count = ids.size();
    event.ids = std::move(ids);
    return event;
}

const std::vector<JournalPhase> k_passed{
    phase("setup", "passed"), phase("call", "passed", 2), phase("teardown", "passed", 1)};

}  // namespace

TEST_CASE("a test is lost without a final outcome and duplicated with two") {
    Journal journal;
    journal.events = {
        named("session"),
        collected({"a", "b", "c"}),
        final_of("a", k_passed),
        final_of("c", k_passed),
        final_of("c", k_passed)};
    const Conservation kept = tally(journal, 0).conservation;
    CHECK(kept.collected == 3);
    CHECK(kept.final == 2);
    CHECK(kept.lost == std::vector<std::string>{"b"});
    CHECK(kept.duplicated == std::vector<std::string>{"c"});
}

TEST_CASE("what a stopped run did not come to is not lost") {
    Journal journal;
    JournalEvent finish = named("finished");
    finish.status = 1;
    finish.stopped_after_failures = true;
    journal.events = {collected({"a", "b"}), final_of("a", k_passed), finish};
    const Conservation kept = tally(journal, 0).conservation;
    CHECK(kept.lost.empty());
    CHECK(kept.not_run == std::vector<std::string>{"b"});
}

TEST_CASE("a lost test and a contradicted one are named with what their worker saw") {
    const std::vector<JournalPhase> failed{phase("setup", "passed"), phase("call", "failed")};
    Journal journal;
    journal.events = {
        collected({"a", "b", "c", "d"}),
        seen_by("gw0", "start", "a", {}),
        seen_by("gw0", "open", "a", failed),
        seen_by("gw1", "start", "b", {}),
        seen_by("gw1", "ran", "b", failed),
        final_of("b", k_passed),
        seen_by("gw1", "ran", "c", k_passed),
        final_of("c", k_passed),
        seen_by("gw1", "start", "d", {}),
        final_of("d", {phase("???", "failed")})};  // it crashed: no contradiction
    const Conservation kept = tally(journal, 0).conservation;
    CHECK(kept.lost == std::vector<std::string>{"a"});
    CHECK(kept.contradicted == std::vector<std::string>{"b"});
    CHECK(kept.sightings == std::vector<Sighting>{{"a", "gw0", "failed"}, {"b", "gw1", "failed"}});
}

TEST_CASE("ids that were collected twice may come to an end twice") {
    Journal journal;
    journal.events = {collected({"a", "a"}), final_of("a", k_passed), final_of("a", k_passed)};
    const Conservation kept = tally(journal, 0).conservation;
    CHECK(kept.final == 2);
    CHECK(kept.lost.empty());
    CHECK(kept.duplicated.empty());
}

TEST_CASE("a worker is busy for the sum of its phases, and boots from the launch") {
    Journal journal;
    JournalEvent ready = named("ready");
    ready.worker = "gw0";
    ready.ns = 5 * k_second;
    journal.events = {ready, final_of("a", k_passed), final_of("b", k_passed)};
    const Tally seen = tally(journal, 4 * k_second);
    REQUIRE(seen.workers.size() == 1);
    CHECK(seen.workers[0].busy.value() == Seconds(6));
    CHECK(seen.workers[0].boot.value() == Seconds(1));
    CHECK(seen.workers[0].tests == 2);
}

TEST_CASE("a surprise is large in itself and in proportion") {
    Journal journal;
    for (const auto& [id, seconds] :
         {std::pair{"longer", 5.0}, {"as before", 1.4}, {"tiny", 0.05}, {"gone", 0.0}}) {
        journal.events.push_back(
            final_of(id, {phase("call", "passed", seconds), phase("teardown", "passed", 0.0)})
        );
    }
    // What may be the fixtures of a worker, and what was stopped.
    const auto passed = [](const char* when, double seconds) {
        return phase(when, "passed", seconds);
    };
    journal.events.push_back(final_of(
        "first of its worker", {passed("setup", 9), passed("call", 1), passed("teardown", 9)}
    ));
    journal.events.push_back(final_of("stopped", {passed("setup", 0)}));
    const std::map<std::string, Seconds> profiled{
        {"longer", Seconds(1)},
        {"as before", Seconds(1)},
        {"tiny", Seconds(0.01)},
        {"gone", Seconds(2)},
        {"first of its worker", Seconds(1)},
        {"stopped", Seconds(3)}};
    const std::vector<Surprise> found = surprises(journal, profiled);
    REQUIRE(found.size() == 2);
    CHECK(found[0] == Surprise{"longer", Seconds(1), Seconds(5)});
    CHECK(found[1] == Surprise{"gone", Seconds(2), Seconds(0)});
}

TEST_CASE("final outcomes follow pytest's rules") {
    CHECK(final_outcome(k_passed) == "passed");
    CHECK(final_outcome({phase("setup", "passed"), phase("call", "failed")}) == "failed");
    CHECK(final_outcome({phase("setup", "failed"), phase("teardown", "passed")}) == "error");
    CHECK(final_outcome({phase("setup", "skipped"), phase("teardown", "passed")}) == "skipped");
    CHECK(final_outcome({phase("call", "passed"), phase("teardown", "failed")}) == "error");
    CHECK(final_outcome({phase("???", "failed")}) == "failed");
    JournalPhase expected = phase("call", "skipped");
    expected.was_xfail = true;
    CHECK(final_outcome({expected}) == "xfailed");
    expected.outcome = "passed";
    CHECK(final_outcome({expected}) == "xpassed");
}
