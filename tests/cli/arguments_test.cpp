#include "cli/arguments.hpp"

#include <doctest/doctest.h>

using namespace advisor;
using namespace advisor::cli;

namespace {

CommandSpec command() {
    CommandSpec spec;
    spec.name = "analyze";
    spec.options = {{"json", "", ""}, {"configuration", "SPEC", "", true}, {"profile", "FILE", ""}};
    spec.takes_suite = true;
    return spec;
}

}  // namespace

TEST_CASE("own options stand before --, pytest's after it") {
    const auto arguments = parse(
        command(), {"--json", "--configuration", "a", "--configuration=b", "--", "--json", "-x"}
    );
    REQUIRE(arguments);
    CHECK(arguments->has("json"));
    CHECK(arguments->all("configuration") == std::vector<std::string>{"a", "b"});
    CHECK(arguments->suite == std::vector<std::string>{"--json", "-x"});
    CHECK_FALSE(arguments->value("profile"));
}

TEST_CASE("abbreviations are unknown, and the nearest option is named") {
    const auto arguments = parse(command(), {"--profil", "x"});
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().kind == ErrorKind::usage);
    CHECK(arguments.error().hint == "did you mean --profile?");
}

TEST_CASE("a value that is missing is an error") {
    CHECK_FALSE(parse(command(), {"--profile"}));
}

TEST_CASE("an option that takes one value is given once, and a flag as often as one likes") {
    const auto arguments = parse(command(), {"--profile", "a", "--json", "--profile=b"});
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().kind == ErrorKind::usage);
    CHECK(arguments.error().what == "--profile was given twice");
    CHECK_FALSE(parse(command(), {"--profile", "a", "--profile", "a"}));
    CHECK(parse(command(), {"--json", "--json", "--profile", "a"}));
}

TEST_CASE("a second -- is pytest's") {
    const auto arguments = parse(command(), {"--", "a", "--", "b"});
    REQUIRE(arguments);
    CHECK(arguments->suite == std::vector<std::string>{"a", "--", "b"});
}

TEST_CASE("durations have units, and seconds without one") {
    CHECK(*parse_duration_s("300") == 300);
    CHECK(*parse_duration_s("90s") == 90);
    CHECK(*parse_duration_s("500ms") == doctest::Approx(0.5));
    CHECK(*parse_duration_s("5m") == 300);
    CHECK(*parse_duration_s("1h30m") == 5400);
    CHECK(*parse_duration_s("1.5m") == 90);
    for (const char* wrong : {"", "soon", "5x", "-5", "0", "5m x", "1e400", "nan"}) {
        CHECK_FALSE(parse_duration_s(wrong));
    }
}

TEST_CASE("counts are whole numbers within their limits") {
    CHECK(*parse_count("workers", "8", 10) == 8);
    for (const char* wrong : {"", "0", "11", "-1", "8.5", "eight", "99999999999"}) {
        CHECK_FALSE(parse_count("workers", wrong, 10));
    }
}
