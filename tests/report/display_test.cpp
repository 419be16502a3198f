#include "report/display.hpp"

#include <doctest/doctest.h>

using namespace advisor::report;

TEST_CASE("width counts columns, not bytes") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\u00e9\u2026") == 2);
    CHECK(display_width("e\u0301") == 1);           // combining acute accent
    CHECK(display_width("\u6e2c\u8a66") == 4);      // two wide characters
    CHECK(display_width("\xf0\x9f\x90\x8d") == 2);  // an emoji
}

TEST_CASE("shortening keeps both ends and never exceeds the width") {
    CHECK(shortened("abcdefgh", 8, "...") == "abcdefgh");
    CHECK(shortened("abcdefgh", 7, "...") == "ab...gh");
    CHECK(shortened("abcdefgh", 6, "...") == "a...gh");
    CHECK(shortened("abcdefgh", 3, "...") == "...");
    CHECK(shortened("abcdefgh", 2, "...").empty());
    // Seven columns, the ellipsis takes one: three for the head hold one wide character.
    CHECK(shortened("\u6e2c\u8a66\u6e2c\u8a66", 7, "\u2026") == "\u6e2c\u2026\u8a66");
}

TEST_CASE("wrapping breaks at blanks and shortens a word that fits on no line") {
    CHECK(wrapped("one two  three", 7, "...") == Lines{"one two", "three"});
    CHECK(wrapped("a bcdefghijk", 6, "...") == Lines{"a", "b...jk"});
    CHECK(wrapped("", 6, "...").empty());
}
