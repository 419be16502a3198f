#pragma once

// The records of one run, folded as they come. Clocks stay in nanoseconds of CLOCK_MONOTONIC here,
// since only the parent knows, at the end, when the run began.

#include <advisor/domain/profile.hpp>
#include <advisor/store/record_stream.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "measure/function_fixture_clock.hpp"
#include "measure/record_ledger.hpp"
#include "measure/record_outcome.hpp"

namespace advisor {

/// What is known of a test beside its cost.
struct RecordedTest {
    Cost protocol = no_cost();
    std::uint64_t begin_ns = 0;
    bool begun = false;
    bool repeated = false;  ///< it was begun again, or a plugin ran it again
    bool forked = false;    ///< ran in a process of its own: it has reports, but no phases
    ReportedPhases reports;
};

struct RecordedInstance {
    FixtureInstance cost;  ///< but its two times
    std::uint64_t setup_ns = 0;
    std::uint64_t teardown_ns = 0;
};

/// CPU of children that had been waited for by then, and who is charged for it.
struct Reaping {
    std::uint64_t at_ns = 0;
    Account account;
    Seconds cpu;
};

/// What the time up to `end_ns`, since the end of the span before, was spent on.
struct RecordedSpan {
    std::uint64_t end_ns = 0;
    Account account;
};

/// Where a run stood: the test whose protocol has begun last, and its phase if one was open when
/// the recording or pytest's session came to its end.
struct RecordedPosition {
    std::optional<std::uint32_t> test;
    std::optional<Phase> phase;
};

class RecordedRun {
public:
    void operator()(const RunFact& record);
    void operator()(const FixtureDefined& record);
    void operator()(const ItemCollected& record);
    void operator()(const FixtureNeeded& record);
    void operator()(const TestAlone& record);
    void operator()(const TestPoint& record);
    void operator()(const FunctionFixturePoint& record);
    void operator()(const HoldingsCounted& record);
    void operator()(const GilCounted& record) { ledger_.gil(record); }
    void operator()(const RecorderFailed& record);
    void operator()(const SessionMark& record);
    void operator()(const CountersMark& record);
    void operator()(const FixtureMark& record);

    /// The process ended in the midst of the session: the time up to then belongs to what ran.
    /// `cpu`: of the process and the children that it had waited for, in all; `run_delay_ns`: of
    /// its first thread, in all.
    void end(std::uint64_t exit_ns, Seconds cpu, std::optional<std::uint64_t> run_delay_ns);

    /// Adds to the CPU of children that the account is charged for.
    void charge_children(Account account, Seconds cpu);

    /// Ends what is open, and gives each test the fixtures that its fixtures were seen to need.
    void close();

    [[nodiscard]] const std::optional<SessionMark>& point(SessionPoint at) const;
    [[nodiscard]] RecordedPosition position() const {
        return {current_, open_phase_ ? open_phase_ : phase_at_finish_};
    }
    [[nodiscard]] std::size_t started() const { return started_; }
    [[nodiscard]] std::size_t failed() const { return failed_; }
    [[nodiscard]] bool counts_gil() const { return ledger_.counts_gil(); }
    [[nodiscard]] bool has_holdings() const { return holdings_.has_value(); }

    std::map<std::string, std::string> facts;
    std::vector<FixtureDefinition> definitions;
    std::vector<TestCost> tests;         ///< but `begin`, `outcome` and `protocol_overhead`
    std::vector<RecordedTest> recorded;  ///< of each of them
    std::vector<RecordedInstance> instances;
    std::vector<FunctionFixture> function_fixtures;
    Cost configure = no_cost();
    Cost collection = no_cost();
    Cost loop = no_cost();  ///< of tests and their protocols, and of all fixtures
    Cost finish = no_cost();
    Bytes peak_rss;                   ///< of the process; zero where not known
    std::vector<Reaping> reapings;    ///< in order of time
    std::vector<RecordedSpan> spans;  ///< without gaps from the first mark on, in order of time
    std::vector<HoldingsChange> holdings_changes;
    std::string failure;          ///< why the recorder stopped; empty if it did not
    bool all_waits_known = true;  ///< every mark had a run delay
    bool end_wait_known = true;   ///< and what came after the last mark has one
    bool all_peaks_known = true;  ///< every mark had a peak of memory

private:
    struct OpenFixture {
        std::uint32_t number = 0;  ///< the recorder's
        Account account;
    };

    struct Begun {
        std::uint32_t test = 0;
        std::uint64_t begin_ns = 0;
    };

    void begin_test(const TestPoint& record);
    void report(const TestPoint& record);
    void begin_fixture(const FixtureMark& record);
    void begin_teardown(const FixtureMark& record);
    void end_test();
    void see(const Mark& at, Account account);
    void keep_peak_before(const CountersMark& record);
    void add_span(Account account, std::uint64_t end_ns);
    void charge(const Charge& charge);
    [[nodiscard]] AccountKind open() const;
    [[nodiscard]] Account here(AccountKind of_test) const;
    void add_use(std::vector<FixtureUse>& uses, FixtureUse use) const;
    [[nodiscard]] bool is_wide(FixtureUse use) const;

    Ledger ledger_;
    AccountKind outside_ = AccountKind::nothing;  ///< what time outside of tests is charged to
    std::array<std::optional<SessionMark>, 5> points_;
    std::optional<std::uint32_t> current_;
    std::optional<Phase> open_phase_;
    std::optional<Phase> phase_at_finish_;
    bool in_test_ = false;    ///< the current one, up to the next or the session's end
    bool had_phase_ = false;  ///< the current test
    std::vector<OpenFixture> open_fixtures_;
    FunctionFixtureClock function_fixture_clock_;
    std::vector<Begun> since_mark_;  ///< whose peak of memory the next mark tells
    std::unordered_map<std::uint32_t, std::uint32_t> instance_at_;  ///< by the recorder's number
    std::map<FixtureUse, std::vector<FixtureUse>> needed_by_;       ///< set up within its set-up
    std::optional<Holdings> holdings_;                              ///< as last counted
    std::size_t started_ = 0;
    std::size_t failed_ = 0;
};

}  // namespace advisor
