#include <advisor/report/markdown.hpp>
#include <advisor/report/text.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace advisor {
namespace {

Accuracy accuracy() {
    Accuracy accuracy;
    accuracy.date = "2026-01-31";
    accuracy.commit = "abc1234";
    accuracy.cpu = "a CPU";
    accuracy.cores = 2;
    accuracy.errors = {7.25, 6.5, 14.0, 18.0};
    accuracy.coverage_percent = 90.0;
    accuracy.suites = {
        {"left", 120, 10, 5.0, 9.0, 0.9, 0.5, "forked=2", {}},
        {"right", 9, 6, 4.0, 8.0, 1.0, 0.0, "sequential", {}}};
    accuracy.rivals = {{"a rule of thumb", {40.0, 35.0, 70.0, 90.0}}};
    return accuracy;
}

/// As if no line were ended.
std::string flat(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("the score says of what it is, and what recommendations were worth") {
    Accuracy known = accuracy();
    const std::string text = flat(as_text(known, {}));
    CHECK(has(text, "2 public suites on 2 cores (a CPU), 16 parallel configurations"));
    CHECK(has(text, "scored 2026-01-31 at abc1234"));
    CHECK(has(text, "off by 7.2 % on average"));
    CHECK(has(text, "No recommendation was slower than a sequential run."));
    known.slower_than_sequential = 2;
    CHECK(has(flat(as_text(known, {})), "2 recommendations were slower than a sequential run."));
}

TEST_CASE("text and Markdown have a row for each suite, and ours above each rival") {
    for (const std::string& text : {as_text(accuracy(), {}), as_markdown(accuracy())}) {
        CHECK(has(text, "left"));
        CHECK(has(text, "forked=2"));
        const std::size_t ours = text.rfind("advisor");
        CHECK(ours < text.find("a rule of thumb"));
        CHECK(has(text, "40.0 %"));
    }
}

}  // namespace
}  // namespace advisor
