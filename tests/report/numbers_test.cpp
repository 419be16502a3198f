#include "report/numbers.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "report/style.hpp"
#include "report/words.hpp"

using namespace advisor;
using namespace advisor::report;
using namespace advisor::literals;

TEST_CASE("decimals follow the smallest number of a column") {
    CHECK(decimals_for(0.5_s) == 3);
    CHECK(decimals_for(1_s) == 2);
    CHECK(decimals_for(9.999_s) == 1);  // would print as 10.00
    CHECK(decimals_for(172_s) == 1);
    CHECK(decimals_for(1000_s) == 0);
    CHECK(seconds_text(Seconds(std::numeric_limits<double>::infinity()), 1) == "unknown");
}

TEST_CASE("a change is relative to base and signed") {
    CHECK(change_text(40_s, 50_s) == "+25 %");
    CHECK(change_text(50_s, 40_s) == "-20 %");
    CHECK(change_text(0_s, 40_s) == "unknown");
}

TEST_CASE("a column of memory has one unit") {
    CHECK(memory_text(1536_MiB, memory_unit_for(1024_MiB)) == "1.5");
    CHECK(memory_text(1536_MiB, memory_unit_for(1023_MiB)) == "1536");
}

TEST_CASE("a bar is as long as its share") {
    const TextStyle unicode;
    const TextStyle ascii{false, false, false};
    CHECK(bar(0.5, 8, ascii) == "####");
    CHECK(bar(0.001, 8, ascii) == "#");
    CHECK(bar(0, 8, ascii).empty());
    CHECK(bar(2.0, 4, ascii) == "####");
    CHECK(bar(0.25, 2, unicode) == "\u258c");  // half a column
    CHECK(bar(std::numeric_limits<double>::quiet_NaN(), 8, unicode).empty());
}

TEST_CASE("a shell line means the same and cannot speak to the terminal") {
    CHECK(shell_line({"pytest", "-n", "4", "tests/a.py"}) == "pytest -n 4 tests/a.py");
    CHECK(shell_line({"-k", "a or b", ""}) == "-k 'a or b' ''");
    CHECK(shell_word("it's") == "'it'\\''s'");
    CHECK(shell_word("$(rm x)`y`") == "'$(rm x)`y`'");
    // Octal escapes have a fixed length: \x1b followed by 0 would be another character.
    CHECK(
        shell_word("\x1b"
                   "0'\\")
        == "$'\\0330\\'\\\\'"
    );
    CHECK(shell_word("caf\u00e9") == "'caf\u00e9'");
}

TEST_CASE("the recommended prediction is found by its spec") {
    Advice advice;
    advice.predictions.resize(2);
    advice.predictions[1].configuration = *parse_configuration("processes=2,dist=load");
    advice.recommended = "processes=2,dist=load";
    CHECK(recommended_of(advice) == &advice.predictions[1]);
    advice.recommended = "threads=2";
    CHECK(recommended_of(advice) == nullptr);
}

TEST_CASE("a column names what bounds a run by its own name alone") {
    Prediction prediction;
    prediction.bound_by = Bound::longest_test;
    const auto named = [&](const char* subject) {
        prediction.bound_subject = subject;
        return short_bound_words(prediction);
    };
    CHECK(named("tests/a.py::TestB::test_c[x::y/z]") == "longest test: test_c[x::y/z]");
    CHECK(named("tests/a.py") == "longest test: a.py");
    CHECK(named("db") == "longest test: db");
    CHECK(named("[x]") == "longest test: [x]");
    CHECK(named("") == "longest test");
}

TEST_CASE("parts of a breakdown are words") {
    CHECK(part_words("fixtures_repeated") == "fixtures repeated");
}
