#pragma once

// A recorder's tape, played by hand, and the profile that is built of it.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "measure/profile_builder.hpp"

namespace advisor {

inline constexpr std::uint64_t k_exec_ns = 1'000'000'000'000;
inline constexpr std::uint64_t k_ms = 1'000'000;
inline constexpr auto k_none = FixtureUse::k_no_parameter;

/// Plays a recorder: a clock that `compute` and `wait` move on, and the records of the moment.
class Tape {
public:
    Tape() {
        now_.wall_ns = k_exec_ns;
        now_.run_delay_ns = 0;
        now_.max_rss_kib = 1024;
    }

    Tape& compute(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        now_.thread_cpu_ns += ms * k_ms;
        now_.process_cpu_ns += ms * k_ms;
        now_.thread_user_s += static_cast<double>(ms) * 1e-3;
        return *this;
    }
    Tape& wait(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        now_.voluntary_switches += 1;
        return *this;
    }
    Tape& wait_for_core(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        *now_.run_delay_ns += ms * k_ms;
        return *this;
    }
    /// A hypervisor gives the core to another guest, which the kernel's queue does not know.
    Tape& lose_core(std::uint64_t ms) {
        now_.wall_ns += ms * k_ms;
        return *this;
    }
    Mark& now() { return now_; }

    Tape& session(SessionPoint point, std::uint32_t status = 0) {
        return add(SessionMark{point, status, now_});
    }
    Tape& counters() { return add(CountersMark{now_, {}}); }
    /// Of which `before_kib` was known `ago_ms` before.
    Tape& counters_and_memory(std::uint64_t before_kib, std::uint64_t ago_ms) {
        return add(CountersMark{now_, {before_kib, ago_ms * k_ms}});
    }
    /// A whole test without a mark.
    Tape& short_test(std::uint32_t index) {
        begin(index).set_up(index).end(index, Phase::setup).report(index, Phase::setup);
        compute(1).end(index, Phase::call).report(index, Phase::call);
        return end(index, Phase::teardown).report(index, Phase::teardown);
    }
    Tape& fixture(std::uint32_t index, const std::string& name, Scope scope) {
        return add(FixtureDefined{index, {name, scope, ""}});
    }
    Tape& item(std::uint32_t test, const std::string& id, std::vector<FixtureUse> uses = {}) {
        return add(ItemCollected{test, id, 4, 0, {}, std::move(uses)});
    }
    Tape& holdings(std::uint32_t since, Holdings counts) {
        return add(HoldingsCounted{since, counts});
    }
    /// What a preloaded library has counted of the GIL so far.
    Tape& gil(std::uint64_t held_ms, std::uint64_t idle_ms, std::uint64_t releases) {
        return add(GilCounted{held_ms * k_ms, idle_ms * k_ms, releases});
    }
    Tape& begin(std::uint32_t test) { return point(test, Step::test_begun); }
    Tape& set_up(std::uint32_t test) { return point(test, Step::setup_begun); }
    Tape& end(std::uint32_t test, Phase phase) { return point(test, Step::phase_ended, phase); }
    Tape& report(
        std::uint32_t test,
        Phase phase,
        ReportedOutcome outcome = ReportedOutcome::passed,
        bool was_xfail = false,
        bool is_subtest = false
    ) {
        return add(TestPoint{
            test,
            Step::reported,
            phase,
            outcome,
            was_xfail,
            is_subtest,
            now_.wall_ns,
            now_.thread_cpu_ns});
    }
    Tape& mark(
        std::uint32_t test, std::uint32_t instance, FixtureSpan span, Edge edge, FixtureUse use = {}
    ) {
        return add(FixtureMark{test, instance, span, edge, use, now_});
    }
    /// Of a fixture of function scope.
    Tape& narrow(FixtureSpan span, Edge edge, FixtureUse use) {
        return add(FunctionFixturePoint{span, edge, use, now_.wall_ns, now_.thread_cpu_ns});
    }
    Tape& add(Record record) {
        records.push_back(std::move(record));
        return *this;
    }
    /// Up to the first test; `ids` are collected.
    Tape& collected(const std::vector<std::string>& ids) {
        compute(100).session(SessionPoint::imported);
        compute(20).session(SessionPoint::configured);
        compute(30).session(SessionPoint::collected);
        for (std::uint32_t i = 0; i < ids.size(); ++i) {
            item(i, ids[i]);
        }
        return *this;
    }
    /// A whole test whose call computes for `ms`.
    Tape& test(std::uint32_t index, std::uint64_t ms) {
        begin(index).set_up(index).end(index, Phase::setup).report(index, Phase::setup);
        compute(ms).end(index, Phase::call).counters().report(index, Phase::call);
        return end(index, Phase::teardown).report(index, Phase::teardown);
    }
    Tape& finished(std::uint32_t status = 0) {
        session(SessionPoint::finished, status);
        return compute(10).session(SessionPoint::unconfigured);
    }

    std::vector<Record> records;

private:
    Tape& point(std::uint32_t test, Step step, Phase phase = Phase::setup) {
        return add(TestPoint{
            test,
            step,
            phase,
            ReportedOutcome::passed,
            false,
            false,
            now_.wall_ns,
            now_.thread_cpu_ns});
    }

    Mark now_;
};

inline RunFacts facts_of(Tape& tape) {
    RunFacts facts;
    facts.exec_ns = k_exec_ns;
    facts.exit_ns = tape.now().wall_ns;
    facts.exit_code = 0;
    return facts;
}

inline Profile profile_of(Tape& tape, RunFacts facts) {
    ProfileBuilder builder;
    builder.feed(tape.records);
    return std::move(builder).finish(std::move(facts));
}

inline Profile profile_of(Tape& tape) {
    return profile_of(tape, facts_of(tape));
}

inline Profile profile_of(Tape& tape, SampleLog log) {
    RunFacts facts = facts_of(tape);
    facts.samples = std::move(log);
    return profile_of(tape, std::move(facts));
}

inline doctest::Approx ms(double value) {
    return doctest::Approx(value * 1e-3).epsilon(1e-9);
}

}  // namespace advisor
