#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advisor/store/documents.hpp"
#include "store/random_values.hpp"

using namespace advisor;

namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// The first document of seeds from 1 on that satisfies `wanted`.
template <typename Make, typename Wanted>
auto first_of(const Make& make, const Wanted& wanted) {
    for (std::uint64_t seed = 1;; ++seed) {
        RandomValues values(seed);
        auto value = make(values);
        if (wanted(value)) {
            return value;
        }
    }
}

Profile full_profile() {
    return first_of(
        [](RandomValues& r) { return r.profile(); },
        [](const Profile& p) { return p.tests.size() > 1 && !p.fixtures.empty(); }
    );
}

Advice full_advice() {
    return first_of(
        [](RandomValues& r) { return r.advice(); },
        [](const Advice& a) { return a.predictions.size() > 1 && !a.findings.empty(); }
    );
}

/// One document of each kind with the reader for it; the reader says whether it took a text.
struct Sample {
    std::string text;
    bool (*reads)(std::string_view);
};

std::vector<Sample> samples() {
    RandomValues r(7);
    return {
        {to_json(full_advice()),
         [](std::string_view t) { return read_advice(t, "f").has_value(); }},
        {to_json(full_profile()),
         [](std::string_view t) { return read_profile(t, "f").has_value(); }},
        {to_json(r.outcome()), [](std::string_view t) { return read_outcome(t, "f").has_value(); }},
        {to_json(r.parameters()),
         [](std::string_view t) { return read_calibration(t, "f").has_value(); }},
        {to_json(r.verdict()), [](std::string_view t) { return read_gate(t, "f").has_value(); }},
        {to_json(r.plan()), [](std::string_view t) { return read_plan(t, "f").has_value(); }},
        {to_json(r.manifest()), [](std::string_view t) { return read_shards(t, "f").has_value(); }},
        {to_json(r.report()), [](std::string_view t) { return read_doctor(t, "f").has_value(); }},
        {to_json(r.verification()),
         [](std::string_view t) { return read_verification(t, "f").has_value(); }},
        {to_json(r.measured_runs()),
         [](std::string_view t) { return read_measured_runs(t, "f").has_value(); }},
    };
}

}  // namespace

TEST_CASE("a document that was cut short anywhere is refused") {
    for (const Sample& sample : samples()) {
        REQUIRE(sample.reads(sample.text));
        // The last byte is a new line; all that it ends is there without it.
        for (std::size_t size = 0; size + 1 < sample.text.size(); ++size) {
            REQUIRE_FALSE(sample.reads(std::string_view(sample.text).substr(0, size)));
        }
    }
}

TEST_CASE("bytes that were changed, added or lost never do more than refuse the document") {
    Random random(11);
    const auto below = [&](std::size_t bound) {
        return random.below(static_cast<std::uint32_t>(bound));
    };
    constexpr std::string_view k_favourites = "{}[]\",:0-9eE.+nulltruefalse\\ \xff";
    for (const Sample& sample : samples()) {
        for (int round = 0; round < 400; ++round) {
            std::string text = sample.text;
            for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
                const std::size_t at = below(text.size());
                const char byte = k_favourites[below(k_favourites.size())];
                switch (below(3)) {
                case 0: text[at] = byte; break;
                case 1: text.insert(at, 1, byte); break;
                default: text.erase(at, 1 + below(20));
                }
            }
            static_cast<void>(sample.reads(text));
            static_cast<void>(document_kind(text, "f"));
        }
    }
}

TEST_CASE("keys that this version does not know are ignored") {
    const Profile profile = full_profile();
    std::string text = to_json(profile);
    text = replaced(text, "\"run\": {", "\"new\": [{\"x\": null}], \"run\": {\"newer\": 1e300,");
    text = replaced(text, "\"minor\": 0", "\"minor\": 99");
    CHECK(read_profile(text, "f") == profile);
}

TEST_CASE("a newer major is refused with a hint") {
    const auto profile =
        read_profile(replaced(to_json(Profile{}), "\"major\": 1", "\"major\": 2"), "p.json");
    REQUIRE_FALSE(profile.has_value());
    CHECK(profile.error().kind == ErrorKind::input);
    CHECK(profile.error().what == "cannot read the profile 'p.json'");
    CHECK(profile.error().because == "it has major 2, newer than the 1 of this version");
    CHECK_FALSE(profile.error().hint.empty());
    for (const char* major : {"0", "-1", "1.0", "\"1\"", "null", "99999999999999999999"}) {
        const std::string changed = std::string("\"major\": ") + major;
        CHECK_FALSE(read_profile(replaced(to_json(Profile{}), "\"major\": 1", changed), "f"));
    }
}

TEST_CASE("a document of another kind is refused and named") {
    const auto advice = read_advice(to_json(Profile{}), "p.json");
    REQUIRE_FALSE(advice.has_value());
    CHECK(advice.error().because == "it is of the format 'advisor.profile'");
    CHECK(advice.error().hint == "show it with: advisor report p.json");
}

TEST_CASE("a file of another program is refused and its text made harmless") {
    for (const char* text : {"{}", "[]", "3", "null", R"({"format": 3, "major": 1})"}) {
        const auto profile = read_profile(text, "f");
        REQUIRE_FALSE(profile.has_value());
        CHECK(profile.error().because.find("it has no \"format\"") != std::string::npos);
    }
    const auto kind = document_kind(R"({"format": "x\u001b[31m", "major": 1})", "a\x1b[2Jb");
    REQUIRE_FALSE(kind.has_value());
    CHECK(kind.error().what.find('\x1b') == std::string::npos);
    CHECK(kind.error().because.find('\x1b') == std::string::npos);
    CHECK_FALSE(document_kind("#!/bin/sh", "f").has_value());
}

TEST_CASE("the kind of each document is read from its header") {
    using enum DocumentKind;
    RandomValues r(3);
    CHECK(document_kind(to_json(r.advice()), "f") == advice);
    CHECK(document_kind(to_json(r.profile()), "f") == profile);
    CHECK(document_kind(to_json(r.outcome()), "f") == outcome);
    CHECK(document_kind(to_json(r.parameters()), "f") == calibration);
    CHECK(document_kind(to_json(r.verdict()), "f") == gate);
    CHECK(document_kind(to_json(r.plan()), "f") == plan);
    CHECK(document_kind(to_json(r.manifest()), "f") == shards);
    CHECK(document_kind(to_json(r.report()), "f") == doctor);
    CHECK(document_kind(to_json(r.verification()), "f") == verification);
    CHECK(document_kind(to_json(r.measured_runs()), "f") == measured_runs);
}

TEST_CASE("a value of the wrong type or out of range is refused by its place") {
    Profile profile;
    profile.run.wall = Seconds(0.25);
    profile.counters = {{"cycles", {5.0, Source::measured}}};
    const std::string text = to_json(profile);
    using Change = std::pair<std::string_view, std::string_view>;
    const std::vector<std::pair<Change, std::string_view>> faults{
        {{"\"wall_s\": 0.25", "\"wall_s\": -0.5"}, "run.wall_s is negative"},
        {{"\"wall_s\": 0.25", "\"wall_s\": 1e10"}, "run.wall_s is too large"},
        {{"\"wall_s\": 0.25", "\"wall_s\": \"1\""}, "run.wall_s is not a number"},
        {{"\"wall_s\": 0.25", "\"wall_x\": 0.25"}, "run.wall_s is missing"},
        {{"\"complete\": false", "\"complete\": 0"}, "run.complete is neither true nor false"},
        {{"\"rung\": \"none\"", "\"rung\": \"x\""},
         "host.rung is a word that this version does not know"},
        {{"\"cores_online\": 1", "\"cores_online\": -1"},
         "host.cores_online is negative or too large"},
        {{"\"cores_online\": 1", "\"cores_online\": 1.5"},
         "host.cores_online is not a whole number"},
        {{"\"name\": \"cycles\"", "\"name\": 1"}, "counters[0].name is not a string"},
        {{"\"value\": 5.0", "\"value\": null"}, "counters[0].source contradicts it"},
        {{"\"fixture_definitions\": []", "\"fixture_definitions\": {}"},
         "fixture_definitions is not an array"},
    };
    for (const auto& [change, because] : faults) {
        const auto read = read_profile(replaced(text, change.first, change.second), "f");
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().because == because);
        CHECK(read.error().kind == ErrorKind::input);
        CHECK_FALSE(read.error().hint.empty());
    }
}

TEST_CASE("indices that the model would follow are checked") {
    Profile profile;
    profile.tests.resize(1);
    profile.tests[0].fixtures = {FixtureUse{{0}}};
    CHECK_FALSE(read_profile(to_json(profile), "f").has_value());
    profile.fixture_definitions.resize(1);
    CHECK(read_profile(to_json(profile), "f").has_value());
    profile.fixtures.resize(1);
    profile.fixtures[0].requested_by = {1};
    CHECK_FALSE(read_profile(to_json(profile), "f").has_value());
    profile.fixtures[0].requested_by = {0};
    CHECK(read_profile(to_json(profile), "f").has_value());
    CapacityPlan plan;
    plan.chosen = 0;
    CHECK_FALSE(read_plan(to_json(plan), "f").has_value());
    Advice advice;
    advice.parameters.capacity = {{1, 1.0}};
    CHECK(read_advice(to_json(advice), "f").has_value());
    advice.recommended = "threads=8";
    CHECK_FALSE(read_advice(to_json(advice), "f").has_value());
}

TEST_CASE("a column of another length than its table is refused") {
    Profile profile;
    profile.tests.resize(3);
    profile.tests[1].begin = Seconds(1.0);
    const std::string text = to_json(profile);
    const auto read =
        read_profile(replaced(text, "\"begin_s\": [0.0,1.0,0.0]", "\"begin_s\": [1.0]"), "f");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().because == "tests.begin_s has another length than its table");
}

TEST_CASE("counts that no run can have are refused") {
    Profile profile;
    profile.tests.resize(2);
    profile.counted = {"A", "B"};
    profile.tests[0].counts = {1, 3};
    profile.tests[1].counts = {2, 4};
    const std::string text = to_json(profile);
    const std::vector<std::pair<std::string_view, std::string_view>> faults{
        {"[1]", "tests.counts.A has another length than its table"},
        {"[1,2,3]", "tests.counts.A has another length than its table"},
        {"[1,-2]", "tests.counts.A[1] is negative"},
        {"[1,2.5]", "tests.counts.A[1] is not a whole number"},
        {"[1,\"2\"]", "tests.counts.A[1] is not a whole number"},
        {"[1,1e400]", "the number at byte"},
        {"[1,99999999999999999999]", "tests.counts.A[1] is"},
        {"[1,null]", "tests.counts.B[1] is of a test that has counts of some events only"},
        {"null", "tests.counts.B[0] is of a test that has counts of some events only"},
    };
    for (const auto& [column, because] : faults) {
        const std::string faulty = "\"A\": " + std::string(column);
        const auto read = read_profile(replaced(text, "\"A\": [1,2]", faulty), "f");
        REQUIRE_FALSE(read.has_value());
        CHECK_MESSAGE(read.error().because.find(because) == 0, read.error().because);
    }
    for (int i = 0; i < 20; ++i) {
        profile.counted.push_back(std::to_string(i));
        profile.tests[0].counts.push_back(0);
        profile.tests[1].counts.push_back(0);
    }
    const auto read = read_profile(to_json(profile), "f");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().because == "tests.counts is not an object of at most 16 events");
}

TEST_CASE("a small file cannot become a huge table") {
    Profile profile;
    profile.tests.resize(2);
    profile.tests[0].groups.assign(1000, "g");
    profile.tests[1].groups.assign(1000, "g");
    // One list of 1000 texts, 33 kB in memory, for 20,000 rows: 660 MB.
    std::string text = to_json(profile);
    std::string names = "\"name\": [\"\"";
    for (int i = 0; i < 20'000; ++i) {
        names += ",\"\"";
    }
    text = replaced(text, "\"name\": [\"\",\"\"]", names + "]");
    const auto read = read_profile(text, "f");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().because == "tests.groups makes the table too large");
}
