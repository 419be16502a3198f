#include <advisor/dialect/suite_command.hpp>

#include <doctest/doctest.h>

using namespace advisor;

namespace {

const auto k_everything_exists = [](const std::string&) { return true; };
const auto k_nothing_exists = [](const std::string&) { return false; };

}  // namespace

TEST_CASE("words are split as a shell splits them") {
    using Words = std::vector<std::string>;
    CHECK(*split_words("uv run pytest") == Words{"uv", "run", "pytest"});
    CHECK(*split_words("  a  'b c' \"d e\" f\\ g '' ") == Words{"a", "b c", "d e", "f g", ""});
    CHECK(*split_words("'a\\b'\"c\\\"d\"") == Words{"a\\bc\"d"});
    CHECK(split_words("")->empty());
    CHECK_FALSE(split_words("a 'b"));
}

TEST_CASE("joining is the inverse of splitting") {
    const std::vector<std::string> words{
        "plain", "two words", "it's", "", "$x", "a\\b", "-k", "a=b"};
    CHECK(*split_words(join_words(words)) == words);
    CHECK(join_words({"pytest", "-k", "not slow"}) == "pytest -k 'not slow'");
}

TEST_CASE("a wished interpreter comes first, then the environment's, then python3") {
    InterpreterWish wish;
    CHECK(suite_command(wish, {}, k_nothing_exists)->python == "python3");
    wish.virtual_env = "/venv";
    CHECK(suite_command(wish, {}, k_nothing_exists)->python == "python3");
    CHECK(suite_command(wish, {}, k_everything_exists)->python == "/venv/bin/python");
    wish.python = "/other/python";
    const auto command = suite_command(wish, {"tests"}, k_everything_exists);
    CHECK(command->words() == std::vector<std::string>{"/other/python", "-m", "pytest", "tests"});
}

TEST_CASE("an interpreter that is not there, and two wishes at once, are usage errors") {
    InterpreterWish wish;
    wish.python = "/no/python";
    const auto missing = suite_command(wish, {}, k_nothing_exists);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == ErrorKind::usage);
    wish.command = "uv run pytest";
    CHECK_FALSE(suite_command(wish, {}, k_everything_exists));
}

TEST_CASE("a launcher is kept as it is") {
    InterpreterWish wish;
    wish.command = "uv run pytest";
    const auto command = suite_command(wish, {"-q"}, k_nothing_exists);
    CHECK(command->words() == std::vector<std::string>{"uv", "run", "pytest", "-q"});
    CHECK(command->python.empty());
}

TEST_CASE("arguments that only concern reporting do not make another suite") {
    using Words = std::vector<std::string>;
    CHECK(
        without_reporting({"-xvs", "tests", "--maxfail", "3", "--junitxml=a.xml", "-k", "fast"})
        == Words{"tests", "-k", "fast"}
    );
    CHECK(without_reporting({"--tb=short", "-p", "no:xdist"}) == Words{"-p", "no:xdist"});
    CHECK(without_reporting({"--maxfail"}).empty());
    CHECK(without_reporting({"-"}) == Words{"-"});
}
