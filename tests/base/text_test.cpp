#include "advisor/base/text.hpp"

#include <doctest/doctest.h>

using namespace advisor;
using namespace advisor::literals;

TEST_CASE("seconds are shown in the unit a person would choose") {
    CHECK(format_seconds(0_s) == "0 s");
    CHECK(format_seconds(0.0000004_s) == "400.0 ns");
    CHECK(format_seconds(0.00042_s) == "420 us");
    CHECK(format_seconds(0.0042_s) == "4.2 ms");
    CHECK(format_seconds(0.042_s) == "42 ms");
    CHECK(format_seconds(12.34_s) == "12.3 s");
    CHECK(format_seconds(99.97_s) == "1 min 40 s");
    CHECK(format_seconds(3661_s) == "1 h 01 min");
    CHECK(format_seconds(Seconds(-2.0)) == "-2.0 s");
}

TEST_CASE("bytes and percentages round without a jump at the unit's border") {
    CHECK(format_bytes(Bytes(512)) == "512 B");
    CHECK(format_bytes(Bytes(1024 * 1024 - 1)) == "1.0 MiB");
    CHECK(format_bytes(31_MiB) == "31 MiB");
    CHECK(format_percent(0.0234) == "2.3 %");
    CHECK(format_percent(0.234) == "23 %");
    CHECK(format_percent(-1e-17) == "0.0 %");
    CHECK(format_fixed(-0.0004, 3) == "0.000");
    CHECK(format_fixed(-0.0006, 3) == "-0.001");
    CHECK(format_count(1, "test") == "1 test");
    CHECK(format_count(0, "test") == "0 tests");
    CHECK(format_count(2, "process", "processes") == "2 processes");
}

TEST_CASE("no control, bidirectional or invalid byte reaches a terminal") {
    CHECK(escape_terminal("t[\x1b[31m]\n") == "t[\\x1b[31m]\\x0a");
    CHECK(
        escape_terminal("a\xe2\x80\xae"
                        "b")
        == "a\\u202eb"
    );
    CHECK(
        escape_terminal("\xff"
                        "ok")
        == "\\xffok"
    );
    CHECK(escape_terminal("\xc0\x80") == "\\xc0\\x80");
    CHECK(escape_terminal("größe") == "größe");
}

TEST_CASE("markup of an id is inert in HTML and Markdown") {
    CHECK(escape_html("<b a='1'>&") == "&lt;b a=&#39;1&#39;&gt;&amp;");
    CHECK(escape_markdown("a|b`c`") == "a\\|b\\`c\\`");
}

TEST_CASE("the edit distance counts insertions, deletions and replacements") {
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("same", "same") == 0);
}
