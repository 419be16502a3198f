#include <advisor/store/journal.hpp>
#include <advisor/store/probe_output.hpp>

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("a journal is read line by line, and a cut last line is damage") {
    const std::string text =
        R"({"event":"session","ns":5,"cpu_ns":2})"
        "\n"
        R"({"event":"final","ns":9,"cpu_ns":3,"id":"a","worker":"gw1","phases":[["call","failed",1,0.5]]})"
        "\n"
        R"({"event":"finished","ns":1)";
    const Journal journal = read_journal(text);
    REQUIRE(journal.events.size() == 2);
    CHECK(journal.damaged == 1);
    CHECK(journal.events[0].ns == 5);
    const JournalEvent& last = journal.events[1];
    CHECK(last.worker == "gw1");
    REQUIRE(last.phases.size() == 1);
    CHECK(last.phases[0].was_xfail);
    CHECK(last.phases[0].duration == Seconds(0.5));
}

TEST_CASE("ids come back as the bytes they were") {
    const Journal journal =
        read_journal("{\"event\":\"collected\",\"ids\":[\"t::\\u00ff\\u00c3\\u00a9\\n\"]}\n");
    REQUIRE(journal.events.size() == 1);
    CHECK(journal.events[0].ids == std::vector<std::string>{"t::\xff\xc3\xa9\n"});
}

TEST_CASE("lines of other kinds are damage and never more") {
    for (const char* line : {"", "[]", "5", "{}", "{\"event\":5}", "\xff", "{\"event\":\"x\""}) {
        CHECK(read_journal(std::string(line) + "\n").events.empty());
    }
    const Journal odd = read_journal(
        R"({"event":"final","ns":"x","phases":[["call"],5,["a","b",1,-3]],"ids":5,"crashed":1})"
        "\n"
    );
    REQUIRE(odd.events.size() == 1);
    REQUIRE(odd.events[0].phases.size() == 1);
    CHECK(odd.events[0].phases[0].duration == Seconds(0));
}

TEST_CASE("an interpreter describes itself, behind whatever a launcher says first") {
    const auto interpreter = read_interpreter(
        "Installed 5 packages\n"
        R"({"executable":"/p","version":"3.12.1","implementation":"cpython","free_threaded":false,)"
        R"("pytest":"9.1.1","xdist":"","plugins":[["pytest-mock","3.0"]]})"
        "\n"
    );
    REQUIRE(interpreter);
    CHECK(interpreter->pytest_version == "9.1.1");
    CHECK_FALSE(interpreter->xdist_version);
    CHECK(interpreter->plugins == std::vector<Package>{{"pytest-mock", "3.0"}});
    CHECK_FALSE(read_interpreter(""));
    CHECK_FALSE(read_interpreter("{\"executable\":5}\n"));
}

TEST_CASE("capacity samples of one round share its number") {
    const auto samples =
        read_capacity("{\"processes\": 1, \"units\": 10.0}\n{\"processes\": 2, \"units\": 15.0}\n"
                      "{\"processes\": 1, \"units\": 11.0}\n{\"processes\": 2, \"units\": 16.0}\n");
    REQUIRE(samples);
    REQUIRE(samples->size() == 4);
    CHECK((*samples)[1].round == 0);
    CHECK((*samples)[2].round == 1);
    CHECK((*samples)[3].round == 1);
    CHECK_FALSE(read_capacity("{\"processes\": 0, \"units\": 10.0}\n"));
    CHECK_FALSE(read_capacity("Traceback\n"));
}
