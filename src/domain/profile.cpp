#include "advisor/domain/profile.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <set>

#include "domain/names.hpp"

namespace advisor {

namespace {

constexpr std::array<std::string_view, 8> k_outcomes{
    "passed", "failed", "skipped", "xfailed", "xpassed", "error", "interrupted", "not_run"};
constexpr std::array<std::string_view, 5> k_scopes{
    "function", "class", "module", "package", "session"};
constexpr std::array<std::string_view, 4> k_rungs{
    "hardware_counters", "software_events", "proc_only", "none"};
constexpr std::array<std::string_view, k_wait_reasons> k_waits{
    "sleep", "socket", "disk", "lock", "child", "pipe", "other"};

Seconds clamped(Seconds time) {
    return std::max(time, Seconds(0));
}

template <typename T>
Measured<T> sum(Measured<T> a, Measured<T> b) {
    if (!a.has_value() || !b.has_value()) {
        return {};
    }
    return {a.value() + b.value(), a.source()};
}

template <typename T>
Measured<T> difference(Measured<T> a, Measured<T> b) {
    if (!a.has_value() || !b.has_value()) {
        return {};
    }
    return {std::max(T(), a.value() - b.value()), a.source()};
}

}  // namespace

std::string_view FixtureDefinition::made_of() const {
    constexpr std::string_view k_infix = "_fixture_";
    for (const std::string_view prefix : {"_xunit_", "_unittest_"}) {
        const std::size_t end = name.find(k_infix);
        if (name.starts_with(prefix) && end != std::string::npos && end > prefix.size()) {
            return std::string_view(name).substr(prefix.size(), end - prefix.size());
        }
    }
    return {};
}

std::string FixtureDefinition::title() const {
    const std::string_view function = made_of();
    const std::string called = function.empty() ? name : fmt::format("{}()", function);
    return base_id.empty() ? called : fmt::format("{} in {}", called, base_id);
}

Seconds Cost::idle() const {
    return clamped(wall - cpu() - core_wait.value_or(Seconds(0)));
}

Measured<Seconds> Cost::blocked() const {
    return core_wait.has_value() ? Measured(idle(), Source::derived) : Measured<Seconds>();
}

Cost& Cost::operator+=(const Cost& other) {
    wall += other.wall;
    cpu_user += other.cpu_user;
    cpu_sys += other.cpu_sys;
    other_threads_cpu += other.other_threads_cpu;
    children_cpu += other.children_cpu;
    core_wait = sum(core_wait, other.core_wait);
    gil_held = sum(gil_held, other.gil_held);
    gil_held_blocked = sum(gil_held_blocked, other.gil_held_blocked);
    gil_releases = sum(gil_releases, other.gil_releases);
    voluntary_switches += other.voluntary_switches;
    involuntary_switches += other.involuntary_switches;
    major_faults += other.major_faults;
    return *this;
}

Cost without(const Cost& a, const Cost& b) {
    Cost rest;
    rest.wall = clamped(a.wall - b.wall);
    rest.cpu_user = clamped(a.cpu_user - b.cpu_user);
    rest.cpu_sys = clamped(a.cpu_sys - b.cpu_sys);
    rest.other_threads_cpu = clamped(a.other_threads_cpu - b.other_threads_cpu);
    rest.children_cpu = clamped(a.children_cpu - b.children_cpu);
    rest.core_wait = difference(a.core_wait, b.core_wait);
    rest.gil_held = difference(a.gil_held, b.gil_held);
    rest.gil_held_blocked = difference(a.gil_held_blocked, b.gil_held_blocked);
    rest.gil_releases = difference(a.gil_releases, b.gil_releases);
    const auto positive = [](std::int64_t count) { return std::max<std::int64_t>(0, count); };
    rest.voluntary_switches = positive(a.voluntary_switches - b.voluntary_switches);
    rest.involuntary_switches = positive(a.involuntary_switches - b.involuntary_switches);
    rest.major_faults = positive(a.major_faults - b.major_faults);
    return rest;
}

std::string how_merged(const Repeats& repeats) {
    const bool all = repeats.merged() == repeats.runs;
    std::string words = fmt::format(
        "{}{}{}",
        repeats.merged() == 1 ? "those of " : "medians of ",
        all ? "" : fmt::format("{} of ", repeats.merged()),
        format_count(repeats.runs, "run")
    );
    if (repeats.merged() > 1 && repeats.shortest > Seconds(0)) {
        words += fmt::format(
            " of {} to {}", format_seconds(repeats.shortest), format_seconds(repeats.longest)
        );
    }
    const auto add = [&](std::uint32_t runs, std::string_view what) {
        words += runs > 0 ? fmt::format("; {} {}", runs, what) : "";
    };
    add(repeats.unrecorded, "could not be recorded");
    add(repeats.incomplete, "ended early");
    add(repeats.disturbed, "ran while others used the machine");
    return words;
}

std::string_view TestCost::module_id() const {
    return std::string_view(id).substr(0, module_length);
}

std::string_view TestCost::class_id() const {
    return std::string_view(id).substr(0, class_length);
}

std::size_t file_count(const Profile& profile) {
    std::set<std::string_view> files;
    for (const TestCost& test : profile.tests) {
        files.insert(test.module_id());
    }
    return files.size();
}

std::string_view name_of(TestOutcome outcome) {
    return name_in(k_outcomes, outcome);
}

std::string_view name_of(Scope scope) {
    return name_in(k_scopes, scope);
}

std::string_view name_of(Rung rung) {
    return name_in(k_rungs, rung);
}

std::string_view name_of(WaitReason reason) {
    return name_in(k_waits, reason);
}

std::optional<TestOutcome> test_outcome_named(std::string_view name) {
    return value_in<TestOutcome>(k_outcomes, name);
}

std::optional<Scope> scope_named(std::string_view name) {
    return value_in<Scope>(k_scopes, name);
}

std::optional<Rung> rung_named(std::string_view name) {
    return value_in<Rung>(k_rungs, name);
}

std::optional<WaitReason> wait_reason_named(std::string_view name) {
    return value_in<WaitReason>(k_waits, name);
}

bool is_failure(TestOutcome outcome) {
    return outcome == TestOutcome::failed || outcome == TestOutcome::error;
}

}  // namespace advisor
