#include <advisor/store/imports.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/imported_tests.hpp"
#include "store/json_codec.hpp"

namespace advisor {

namespace {

constexpr std::string_view k_timing = "report of pytest-timing";
constexpr std::string_view k_log = "log of pytest-reportlog";

/// The span of a test that a phase of that name is; nothing for any other word.
Cost* phase_named(TestCost& test, std::string_view name) {
    if (name == "setup") {
        return &test.setup;
    }
    if (name == "call") {
        return &test.call;
    }
    return name == "teardown" ? &test.teardown : nullptr;
}

Seconds seconds_at(const Place& parent, std::string_view key) {
    const Json* json = parent.find(key);
    return json != nullptr ? Codec<Seconds>::read(parent.member(key, *json)) : Seconds(0);
}

std::string text_at(const Place& parent, std::string_view key) {
    const Json* json = parent.find(key);
    return json != nullptr ? read_string(parent.member(key, *json)) : std::string();
}

/// "rerun" is an attempt that another follows; "crashed" a worker's death, which fails its test.
TestOutcome outcome_in_timing(const std::string& name) {
    if (name == "crashed") {
        return TestOutcome::failed;
    }
    return test_outcome_named(name).value_or(TestOutcome::passed);
}

/// {"setup": [start, stop, duration], ...}; a phase that did not run is not there.
void read_phases(const Place& phases, TestCost& test) {
    if (!phases.json().is_object()) {
        phases.refuse("is not an object");
        return;
    }
    for (const auto& [name, value] : phases.json().get_ref<const Json::object_t&>()) {
        Cost* const phase = phase_named(test, name);
        const Place times = phases.member(name, value);
        if (phase == nullptr || value.is_null()) {
            continue;
        }
        if (!value.is_array() || value.size() != 3) {
            times.refuse("is not [start, stop, duration]");
            return;
        }
        phase->wall = Codec<Seconds>::read(times.element(2));
    }
}

std::vector<TestCost> tests_of_timing(const Place& list) {
    std::vector<TestCost> tests;
    if (!list.json().is_array()) {
        list.refuse("is not an array");
        return tests;
    }
    for (std::size_t i = 0; i < list.json().size() && !list.in_trouble(); ++i) {
        const Place entry = list.element(i);
        const TestOutcome outcome = outcome_in_timing(text_at(entry, "outcome"));
        TestCost test = imported_test(text_at(entry, "nodeid"), outcome, Seconds(0));
        if (const Json* phases = entry.find("phases")) {
            read_phases(entry.member("phases", *phases), test);
        }
        tests.push_back(std::move(test));
    }
    return tests;
}

/// The session's wall time, where one process ran it.
std::optional<Seconds> wall_of_timing(const Place& top) {
    const Json* run = top.find("run");
    const Json* workers = top.find("workers");
    if (run == nullptr || workers == nullptr || workers->size() != 1) {
        return std::nullopt;
    }
    const Place place = top.member("run", *run);
    const auto epoch_s = [&](std::string_view key) {
        const Json* json = place.find(key);
        return json != nullptr && json->is_number() ? json->get<double>() : 0.0;
    };
    const double wall = epoch_s("stop") - epoch_s("start");
    return wall >= 0.0 && wall < k_longest_s ? std::optional(Seconds(wall)) : std::nullopt;
}

/// What a report says of its test, beside what the test's earlier reports said.
TestOutcome outcome_after(TestOutcome before, const Json& report, const std::string& when) {
    const std::string word = report.value("outcome", "");
    const bool was_xfail = report.contains("wasxfail");
    if (word == "failed") {
        const bool of_call = when == "call" || before == TestOutcome::failed;
        return of_call ? TestOutcome::failed : TestOutcome::error;
    }
    if (word == "skipped") {
        return was_xfail ? TestOutcome::xfailed : TestOutcome::skipped;
    }
    return was_xfail && when == "call" ? TestOutcome::xpassed : before;
}

/// The lines of a log, as they come; only the tests' own reports count.
class ReportLog {
public:
    void add(const Json& line, Trouble& trouble) {
        const Json kind = line.is_object() ? line.value("$report_type", Json()) : Json();
        const Place report(line, trouble);
        if (kind == "SessionFinish") {
            if (const Json* status = report.find("exitstatus")) {
                exit_code_ = Codec<int>::read(report.member("exitstatus", *status));
            }
        }
        if (kind != "TestReport") {
            return;
        }
        const std::string when = text_at(report, "when");
        const Seconds duration = seconds_at(report, "duration");
        std::string id = text_at(report, "nodeid");
        text_at(report, "outcome");
        if (trouble.found()) {
            return;
        }
        const auto [place, added] = places_.try_emplace(id, tests_.size());
        if (added) {
            tests_.push_back(imported_test(std::move(id), TestOutcome::passed, Seconds(0)));
            has_ended_.push_back(false);
        }
        TestCost& test = tests_[place->second];
        has_ended_[place->second] = when == "teardown";
        test.outcome = outcome_after(test.outcome, line, when);
        if (Cost* const phase = phase_named(test, when)) {
            phase->wall += duration;
        }
    }

    /// In a log without an end, tests without a tear-down were running at the end.
    [[nodiscard]] std::vector<TestCost> tests() && {
        for (std::size_t i = 0; i < tests_.size() && !exit_code_; ++i) {
            if (!has_ended_[i] && !is_failure(tests_[i].outcome)) {
                tests_[i].outcome = TestOutcome::interrupted;
            }
        }
        return std::move(tests_);
    }

    /// As the session's end has it; nothing if the log has no such end.
    [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }

private:
    std::vector<TestCost> tests_;
    std::vector<bool> has_ended_;  ///< by test
    std::optional<int> exit_code_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

Result<Profile> import_timing(std::string_view text, std::string_view origin) {
    const auto json = parse_json(text, Extent::whole);
    if (!json) {
        return cannot_import(k_timing, origin, json.error());
    }
    Trouble trouble;
    const Place top(*json, trouble);
    std::vector<TestCost> tests;
    if (const Json* list = top.find("tests")) {
        tests = tests_of_timing(top.member("tests", *list));
    }
    const std::optional<Seconds> wall = wall_of_timing(top);
    if (trouble.found()) {
        return cannot_import(k_timing, origin, trouble.because());
    }
    if (tests.empty()) {
        return cannot_import(k_timing, origin, "it holds no tests");
    }
    return imported_profile(std::move(tests), wall, {});
}

Result<Profile> import_report_log(std::string_view text, std::string_view origin) {
    ReportLog log;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t length = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, length);
        text.remove_prefix(std::min(length + 1, text.size()));
        if (line.empty()) {
            continue;
        }
        const auto json = parse_json(line, Extent::whole);
        Trouble trouble;
        if (json) {
            log.add(*json, trouble);
        } else if (!text.empty()) {  // the last line of a session that was killed may be cut off
            trouble.report(json.error());
        }
        if (trouble.found()) {
            const std::string because = fmt::format("line {}: {}", number, trouble.because());
            return cannot_import(k_log, origin, because);
        }
    }
    const std::optional<int> exit_code = log.exit_code();
    std::vector<TestCost> tests = std::move(log).tests();
    if (tests.empty()) {
        return cannot_import(k_log, origin, "it holds no tests");
    }
    Profile profile = imported_profile(std::move(tests), std::nullopt, {});
    profile.run.exit_code = exit_code;
    if (!exit_code) {
        profile.run.complete = false;
        profile.run.incomplete_because = "the log ends before the session does";
    }
    return profile;
}

}  // namespace advisor
