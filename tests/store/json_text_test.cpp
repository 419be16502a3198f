#include "store/json_text.hpp"

#include <advisor/store/documents.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace advisor;

namespace {

std::string because(std::string_view text, Extent extent = Extent::whole) {
    const auto json = parse_json(text, extent);
    return json ? std::string() : json.error();
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("nesting of 32 is read and of 33 is not") {
    CHECK(because(nested(32)).empty());
    CHECK(because(nested(33)) == "it is nested deeper than 32");
    CHECK(because(nested(1'000'000)) == "it is nested deeper than 32");
    std::string objects;
    for (int i = 0; i < 33; ++i) {
        objects += R"({"a":)";
    }
    CHECK(because(objects) == "it is nested deeper than 32");
}

TEST_CASE("an object may not hold a key twice") {
    CHECK(because(R"({"a": 1, "b": {"a": 1}})").empty());
    CHECK(because(R"({"a": 1, "b": 2, "a": 3})") == "the key 'a' stands twice");
    CHECK(because(R"({"": 1, "": 2})") == "the key '' stands twice");
}

TEST_CASE("what is not a finite number is refused") {
    for (const char* text : {"NaN", "nan", "Infinity", "-Infinity", "inf", "[1, NaN]"}) {
        CHECK(because(text).starts_with("it is not JSON at byte"));
    }
    CHECK(because("[1e999]") == "the number at byte 6 is out of range");
    CHECK(because("[-1e999]") == "the number at byte 7 is out of range");
}

TEST_CASE("an end in the middle is told from rubbish") {
    CHECK(because("") == "it is empty");
    CHECK(because(R"({"a": [1, 2)") == "it ends in the middle, after 11 bytes");
    CHECK(because(R"({"a": nul)") == "it ends in the middle, after 9 bytes");
    CHECK(because("{\"a\": 1} x").starts_with("it is not JSON at byte"));
    CHECK(because("\xff\xfe{}").starts_with("it is not JSON at byte"));
    CHECK(because("{\"a\": \"\xff\"}").starts_with("it is not JSON at byte"));
    CHECK(because(R"({"a": "\ud800"})").starts_with("it is not JSON at byte"));
}

TEST_CASE("a text above the limit of a document is not even looked at") {
    const auto limit = static_cast<std::size_t>(k_largest_document.value());
    CHECK(because(std::string(limit + 1, ' ')) == "it is larger than 95 MiB");
    CHECK(because(std::string(limit, ' ')).starts_with("it ends in the middle"));
}

TEST_CASE("a document of too many values is refused before it fills the memory") {
    std::string text = "[";
    text.reserve(2 * k_most_values + 4);
    for (std::size_t i = 0; i <= k_most_values; ++i) {
        text += "0,";
    }
    CHECK(because(text) == "it holds more than 10000000 values");
}

TEST_CASE("a header is read without what follows it") {
    const std::string text = R"({"format": "advisor.plan", "x": 1, "major": 1, "rest": [broken)";
    const auto json = parse_json(text, Extent::header);
    REQUIRE(json.has_value());
    CHECK((*json)["major"] == 1);
    CHECK_FALSE(because(text).empty());
    // A nested object's keys are not the header.
    CHECK_FALSE(because(R"({"a": {"format": "", "major": 1}, broken)", Extent::header).empty());
}

TEST_CASE("members stand on lines of their own, columns of numbers on one") {
    Json json = Json::object();
    json["b"] = {1, 2, 3};
    json["a"] = Json::array({Json{{"x", 1}}});
    json["empty"] = Json::array();
    CHECK(render_json(json) == R"({
  "b": [1,2,3],
  "a": [
    {
      "x": 1
    }
  ],
  "empty": []
}
)");
}
