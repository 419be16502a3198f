#include "advisor/domain/configuration.hpp"

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("a spec survives parsing and printing") {
    for (const char* text :
         {"sequential",
          "processes=4,dist=worksteal",
          "processes=2,dist=load,maxschedchunk=1",
          "processes=8,dist=loadscope,reorder=no",
          "forked=4",
          "threads=8",
          "forked=2,threads=4",
          "shards=3,processes=4,dist=planned",
          "threads=4,runner=pytest-parallel"}) {
        const auto parsed = parse_configuration(text);
        REQUIRE_MESSAGE(parsed.has_value(), text);
        CHECK(spec(*parsed) == text);
        CHECK(parse_configuration(spec(*parsed)) == parsed);
    }
}

TEST_CASE("a wrong spec is refused with its cause") {
    const auto because = [](const char* text) {
        const auto parsed = parse_configuration(text);
        REQUIRE_MESSAGE(!parsed.has_value(), text);
        CHECK(parsed.error().kind == ErrorKind::usage);
        CHECK(!parsed.error().hint.empty());
        return parsed.error().because;
    };
    CHECK(because("") == "it must name exactly one of sequential, processes, forked, threads");
    CHECK(because("processes=0") == "processes=0 is not a whole number from 1 to 1024");
    CHECK(because("processes=2x") == "processes=2x is not a whole number from 1 to 1024");
    CHECK(because("proceses=2") == "'proceses' is not a key; did you mean 'processes'?");
    CHECK(because("foo=2").starts_with("'foo' is not a key; keys are processes, dist, "));
    CHECK(because("processes=2,dist=lod").starts_with("dist=lod is none of"));
    CHECK(because("threads=2,dist=load") == "'dist' goes with processes only");
    CHECK(because("processes=2,processes=3") == "'processes' is given twice");
    CHECK(because("processes=2,threads=2").starts_with("it must name exactly one"));
    CHECK(because("sequential,forked=2").starts_with("it must name exactly one"));
    CHECK(because("processes") == "'processes' is not KEY=VALUE");
}

TEST_CASE("labels and kinds are what a person reads") {
    CHECK(label(*parse_configuration("processes=1,dist=load")) == "1 process, load");
    CHECK(
        label(*parse_configuration("shards=2,forked=2,threads=4"))
        == "2 machines, each 2 forked workers of 4 threads"
    );
    CHECK(kind_of(*parse_configuration("shards=2,forked=2")) == "shards");
    CHECK(parallelism(*parse_configuration("forked=2,threads=4")) == 8);
}

TEST_CASE("threads and lanes share a process, single lanes do not") {
    CHECK(uses_threads(*parse_configuration("threads=1")));
    CHECK(uses_threads(*parse_configuration("shards=2,forked=2,threads=2")));
    CHECK_FALSE(uses_threads(*parse_configuration("forked=2")));
    CHECK_FALSE(uses_threads(*parse_configuration("processes=2")));
    CHECK_FALSE(uses_threads(*parse_configuration("sequential")));
}
