#include "store/byte_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace advisor;

TEST_CASE("text that is UTF-8 stays as it is") {
    for (const std::string text : {"", "test_x.py::test[1]", "é漢😀", "\x7f\t\n"}) {
        CHECK(text_of(text) == text);
        CHECK(bytes_of(text) == text);
    }
}

TEST_CASE("a byte that is no character is written as U+F700 + byte") {
    CHECK(text_of("a\x80z") == "a\xef\x9e\x80z");
    CHECK(text_of("\xff") == "\xef\x9f\xbf");
}

TEST_CASE("a character that looks like an escape is itself escaped") {
    const std::string character = "\xef\x9e\x80";
    CHECK(text_of(character) != character);
    CHECK(bytes_of(text_of(character)) == character);
}

TEST_CASE("overlong forms, surrogates and characters beyond U+10FFFF are bytes") {
    for (const std::string bytes :
         {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
        CHECK(text_of(bytes).size() == 3 * bytes.size());
        CHECK(bytes_of(text_of(bytes)) == bytes);
    }
}

TEST_CASE("any two bytes, alone and inside of text, come back") {
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
            REQUIRE(bytes_of(text_of(bytes)) == bytes);
            const std::string inside = "\xe6\xbc" + bytes + "\xbf\xf0";
            REQUIRE(bytes_of(text_of(inside)) == inside);
        }
    }
}
