#include <advisor/base/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/imports.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/imported_tests.hpp"
#include "store/json_codec.hpp"

namespace advisor {

namespace {

constexpr std::string_view k_noun = "test durations";

/// Durations below zero are a clock that was set; like pytest-split itself, we skip them.
struct Durations {
    std::vector<TestCost> tests;
    std::size_t negative = 0;

    void add(std::string id, double time) {
        if (time < 0.0) {
            ++negative;
            return;
        }
        tests.push_back(imported_test(std::move(id), TestOutcome::passed, Seconds(time)));
    }
};

/// The form since pytest-split 0.1: an object.
Durations tests_of_object(const Place& top) {
    Durations durations;
    for (const auto& [id, value] : top.json().get_ref<const Json::object_t&>()) {
        durations.add(id, read_number(top.member(id, value), -k_longest_s, k_longest_s));
    }
    return durations;
}

/// The old form: [["id", seconds], ...].
Durations tests_of_pairs(const Place& top) {
    Durations durations;
    for (std::size_t i = 0; i < top.json().size() && !top.in_trouble(); ++i) {
        const Place pair = top.element(i);
        if (!pair.json().is_array() || pair.json().size() != 2 || !pair.json()[0].is_string()) {
            pair.refuse("is not a pair of a test and its seconds");
            return durations;
        }
        const double time = read_number(pair.element(1), -k_longest_s, k_longest_s);
        durations.add(pair.json()[0].get<std::string>(), time);
    }
    return durations;
}

std::vector<Missing> missing_of(const Durations& durations) {
    std::vector<Missing> missing{
        {"outcome of each test", "test durations hold none; all count as passed"},
        {"order of the tests", "test durations are sorted by name"}};
    if (durations.negative > 0) {
        missing.push_back(
            {format_count(durations.negative, "test"),
             "the duration is below zero, as when the clock was set meanwhile"}
        );
    }
    return missing;
}

}  // namespace

Result<Profile> import_durations(std::string_view text, std::string_view origin) {
    const auto json = parse_json(text, Extent::whole);
    if (!json) {
        return cannot_import(k_noun, origin, json.error());
    }
    if (!json->is_object() && !json->is_array()) {
        return cannot_import(k_noun, origin, "it is neither an object nor a list of pairs");
    }
    Trouble trouble;
    const Place top(*json, trouble);
    Durations durations = json->is_object() ? tests_of_object(top) : tests_of_pairs(top);
    if (trouble.found()) {
        return cannot_import(k_noun, origin, trouble.because());
    }
    if (durations.tests.empty()) {
        return cannot_import(k_noun, origin, "it holds no tests");
    }
    return imported_profile(std::move(durations.tests), std::nullopt, missing_of(durations));
}

bool is_xml(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) {
        text.remove_prefix(3);
    }
    const std::size_t at = text.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && text[at] == '<';
}

Result<Profile> read_any_profile(std::string_view text, std::string_view origin) {
    if (is_xml(text)) {
        return import_junit(text, origin);
    }
    if (text.substr(0, text.find('\n')).find("\"$report_type\"") != std::string_view::npos) {
        return import_report_log(text, origin);
    }
    // Whatever states a format is one of our documents, or is refused as one. Ours state it first,
    // so that this reads no further.
    const auto json = parse_json(text, Extent::header);
    const bool is_document =
        json && json->is_object() && json->contains("format") && (*json)["format"].is_string();
    if (!json || is_document) {
        return read_profile(text, origin);
    }
    if (json->is_object() && json->contains("pytest_timing_version")) {
        return import_timing(text, origin);
    }
    return import_durations(text, origin);
}

}  // namespace advisor
