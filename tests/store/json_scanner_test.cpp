#include "store/json_scanner.hpp"

#include <advisor/base/random.hpp>
#include <advisor/store/documents.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "store/random_values.hpp"

using namespace advisor;

namespace {

/// The tree of a text that the scanner accepts, through the library's builder, as text; else "".
std::string scanned(const std::string& text) {
    Json tree;
    nlohmann::detail::json_sax_dom_parser<Json> builder(tree, false);
    // The builder is not a json_sax, but has its events.
    struct Events : nlohmann::json_sax<Json> {
        explicit Events(nlohmann::detail::json_sax_dom_parser<Json>& to)
            : to_(&to) {}
        bool null() override { return to_->null(); }
        bool boolean(bool value) override { return to_->boolean(value); }
        bool number_integer(number_integer_t value) override { return to_->number_integer(value); }
        bool number_unsigned(number_unsigned_t value) override {
            return to_->number_unsigned(value);
        }
        bool number_float(number_float_t value, const string_t& text) override {
            return to_->number_float(value, text);
        }
        bool string(string_t& value) override { return to_->string(value); }
        bool binary(binary_t& value) override { return to_->binary(value); }
        bool start_object(std::size_t size) override { return to_->start_object(size); }
        bool key(string_t& value) override { return to_->key(value); }
        bool end_object() override { return to_->end_object(); }
        bool start_array(std::size_t size) override { return to_->start_array(size); }
        bool end_array() override { return to_->end_array(); }
        bool
        parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
            return false;
        }

    private:
        nlohmann::detail::json_sax_dom_parser<Json>* to_;
    };
    Events events(builder);
    return scan_json(text, events) ? tree.dump() : "";
}

/// The same by the library alone.
std::string parsed(const std::string& text) {
    const Json tree = Json::parse(text, nullptr, false);
    return tree.is_discarded() ? "" : tree.dump();
}

}  // namespace

TEST_CASE("the documents that advisor writes are scanned, and into the library's tree") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        RandomValues values(seed);
        const std::string text = to_json(values.profile());
        REQUIRE(scanned(text) == parsed(text));
        REQUIRE_FALSE(scanned(text).empty());
    }
}

TEST_CASE("numbers, words and strings are taken as the library takes them") {
    for (const char* text :
         {"0",
          "-0",
          "-0.0",
          "7",
          "-7",
          "9223372036854775807",
          "-9223372036854775808",
          "-9223372036854775809",
          "18446744073709551615",
          "18446744073709551616",
          "0.1",
          "1e3",
          "1E+3",
          "1.5e-3",
          "0.30000000000000004",
          "2.2250738585072014e-308",
          "1.7976931348623157e308",
          "123456789012345678901234567890.123",
          "true",
          "false",
          "null",
          R"("")",
          R"("a b")",
          R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
          "\"\xc3\xa9\"",
          "  [ ] ",
          "{ }",
          "\t[1 , {\"a\" : [ ] }\n, null\r]"}) {
        CAPTURE(text);
        CHECK(scanned(text) == parsed(text));
        CHECK_FALSE(scanned(text).empty());
    }
}

TEST_CASE("what is not JSON is not accepted") {
    for (const char* text :
         {"",       " ",       "01",        "-",          "-01",      "1.",          ".5",
          "1e",     "1e+",     "+1",        "0x10",       "1_000",    "NaN",         "inf",
          "nul",    "nulll",   "truefalse", "[1,]",       "[,1]",     "[1 2]",       "[1",
          "[1}",    "{\"a\"}", "{\"a\":}",  "{\"a\":1,}", "{a:1}",    "{1:2}",       "\"",
          "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\n\"",     "\"\xff\"", "\"\\ud800\"", "1 2",
          "[] []",  "1e999",   "-1e999"}) {
        CAPTURE(text);
        CHECK(parsed(text).empty());
        CHECK(scanned(text).empty());
    }
}

TEST_CASE("no damage makes the scanner accept a text that the library refuses") {
    Random random(5);
    const auto below = [&](std::size_t bound) {
        return random.below(static_cast<std::uint32_t>(bound));
    };
    constexpr std::string_view k_favourites = "{}[]\",:0-9eE.+nulltruefalse\\ \xc3\xa9";
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        RandomValues values(seed);
        std::string text = to_json(values.outcome());
        for (std::size_t changes = 1 + below(2); changes > 0; --changes) {
            const char byte = k_favourites[below(k_favourites.size())];
            below(2) == 0 ? text[below(text.size())] = byte
                          : *text.insert(text.begin() + below(text.size()), byte);
        }
        CAPTURE(text);
        const std::string tree = scanned(text);
        REQUIRE((tree.empty() || tree == parsed(text)));
    }
}
