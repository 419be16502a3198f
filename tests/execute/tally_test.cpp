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
