#pragma once

// What one sequential run of a suite recorded, or several in a row. Values only: `measure` makes a
// Profile, `store` writes and reads it, the model consumes it.
//
// Every cost of a fixture instance of class scope or wider stands in `fixtures` and is *not*
// contained in the test that happened to need it first, so that the model can charge it again
// for each worker.

#include <advisor/base/units.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/indices.hpp>
#include <advisor/domain/leftovers.hpp>
#include <advisor/domain/measured.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// Resources of one span of the run. All times in seconds, none negative.
struct Cost {
    Seconds wall;
    Seconds cpu_user;           ///< of the thread that runs tests
    Seconds cpu_sys;            ///< of the thread that runs tests
    Seconds other_threads_cpu;  ///< of the process, less that thread
    /// Of child processes: what they were seen to use in this span, each 50 to 100 ms, and the rest
    /// of those that were waited for in it.
    Seconds children_cpu;
    /// Runnable, but waiting for a core: the run-queue delay; in time without a sleep also what a
    /// hypervisor took.
    Measured<Seconds> core_wait;
    /// By any thread; counted where `measured`, else sampled. Of a free-threaded interpreter: the
    /// time for which the test's thread was attached, as it would be while it held a GIL.
    Measured<Seconds> gil_held;
    Measured<Seconds> gil_held_blocked;   ///< part of `gil_held` in which the holder did not run
    Measured<std::int64_t> gil_releases;  ///< by any thread; only where they were counted
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t major_faults = 0;

    [[nodiscard]] Seconds cpu() const { return cpu_user + cpu_sys; }
    /// Not on a core and, as far as that is known, not waiting for one: wall - cpu - core_wait,
    /// never below zero.
    [[nodiscard]] Seconds idle() const;
    /// Asleep or waiting for anything but a core: idle(), where `core_wait` is known.
    [[nodiscard]] Measured<Seconds> blocked() const;

    Cost& operator+=(const Cost& other);
    friend Cost operator+(Cost a, const Cost& b) { return a += b; }
    friend bool operator==(const Cost&, const Cost&) = default;
};

/// `a` without the part `b` of it; components are clamped at zero.
[[nodiscard]] Cost without(const Cost& a, const Cost& b);

enum class TestOutcome : std::uint8_t {
    passed,
    failed,
    skipped,
    xfailed,
    xpassed,
    error,        ///< set-up or tear-down failed
    interrupted,  ///< was running when the recording ended
    not_run,      ///< collected, but never started
};

/// Blocked time of a test below which it is not split by reason.
inline constexpr Seconds k_shortest_split{0.001};

enum class Scope : std::uint8_t { function, class_, module, package, session };

struct FixtureDefinition {
    std::string name;
    Scope scope = Scope::function;
    std::string base_id;  ///< node id of the conftest directory, module or class that defines it

    /// The function that pytest has made it of: "setup_module", "setUpClass". Empty where it is a
    /// fixture of its own.
    [[nodiscard]] std::string_view made_of() const;
    /// For a reader: "db in tests", "setup_module() in a.py"; "db" where no node defines it.
    [[nodiscard]] std::string title() const;
    friend bool operator==(const FixtureDefinition&, const FixtureDefinition&) = default;
};

/// That a test needs a fixture, and with which parameter (`k_no_parameter` if it has none).
struct FixtureUse {
    static constexpr std::uint32_t k_no_parameter = 0xffffffff;
    FixtureIndex fixture;
    std::uint32_t parameter = k_no_parameter;
    friend constexpr auto operator<=>(const FixtureUse&, const FixtureUse&) = default;
};

/// One set-up of a fixture and its tear-down, without the fixtures it needs itself.
struct FixtureInstance {
    FixtureUse use;
    TestIndex requested_by;  ///< the test during which it was set up
    Seconds setup_begin;     ///< from the exec of the run
    Cost setup;
    Seconds teardown_begin;  ///< from the exec of the run; zero if it was never torn down
    Cost teardown;
    friend bool operator==(const FixtureInstance&, const FixtureInstance&) = default;
};

/// One set-up of a fixture of function scope and its tear-down, without what it set up itself by
/// request.getfixturevalue(). Unlike that of a wider one, its cost is contained in the phases of
/// its test. A span that did not come to its end is zero.
struct FunctionFixture {
    TestIndex test;
    FixtureUse use;
    Seconds setup;      ///< wall
    Seconds setup_cpu;  ///< of the thread that runs tests, to 0.1 ms, as the next but one
    Seconds teardown;   ///< wall
    Seconds teardown_cpu;
    friend bool operator==(const FunctionFixture&, const FunctionFixture&) = default;
};

/// What a thread waited for that neither ran nor wanted to.
enum class WaitReason : std::uint8_t {
    sleep,   ///< for time to pass; an event loop without a socket as well
    socket,  ///< for a peer
    disk,    ///< for a file or a page of one
    lock,    ///< for another thread, or for the lock of a file
    child,   ///< for a child process, be it through a pipe from it
    pipe,    ///< for a pipe, without a child
    other,
};

inline constexpr std::size_t k_wait_reasons = 7;

/// A part of the blocked time of a test (of its idle time, where that is not known), by waits of it
/// that were seen whole, and for the rest by samples of it, of its file and of the suite.
struct Wait {
    WaitReason reason = WaitReason::other;
    Seconds time;
    friend bool operator==(const Wait&, const Wait&) = default;
};

struct TestCost {
    std::string id;  ///< node id as pytest prints it; bytes, may be any text
    /// Byte lengths of the prefix of `id` that names its module and its innermost class; 0: none.
    std::uint32_t module_length = 0;
    std::uint32_t class_length = 0;
    std::vector<std::string> groups;  ///< names of xdist_group marks, outermost first
    /// Why it must not run while others do on further threads of its process; empty: nothing is
    /// known against it. As the recording's own plugin found it.
    std::string alone_because;
    TestOutcome outcome = TestOutcome::not_run;
    Seconds begin;  ///< of its set-up, from the exec of the run
    Cost setup;     ///< without fixtures of class scope or wider
    Cost call;
    Cost teardown;  ///< without fixtures of class scope or wider
    /// From the start of set-up to the end of tear-down, less the three phases: hooks of pytest
    /// and its plugins. A worker pays it too.
    Seconds protocol_overhead;
    std::vector<FixtureUse> fixtures;  ///< of class scope or wider, in order of instantiation
    /// Of the process while the test ran; tests within 20 ms of each other may share it, and
    /// what was given back may stay in it for half a second. Zero where it is not known.
    Bytes peak_rss;
    /// Blocked time of the three phases by reason, longest first. Empty where it was not sampled,
    /// and for less than `k_shortest_split`, of which no sample can tell.
    std::vector<Wait> waits;
    /// Standard deviation of the wall from run to run, relative to it; where the profile is of
    /// several runs (`Repeats`).
    std::optional<double> wall_spread;
    /// How often each event of `Profile::counted` came in user space during the three phases, in
    /// the threads of the process and in its children; without fixtures of class scope or wider.
    /// Derived: by reading the counters each 10 to 100 ms; a test of less than that has a share of
    /// its neighbours' by CPU time. Empty for a test that never ran.
    std::vector<std::int64_t> counts;

    [[nodiscard]] Cost total() const { return setup + call + teardown; }
    [[nodiscard]] std::string_view module_id() const;
    [[nodiscard]] std::string_view class_id() const;  ///< empty outside a class
    friend bool operator==(const TestCost&, const TestCost&) = default;
};

/// The parts of the run outside of tests, in order of time.
struct SessionCost {
    Cost start;       ///< from exec until the recorder was imported: interpreter and pytest
    Cost configure;   ///< plugins and conftest files, until the session starts
    Cost collection;  ///< until the last item is collected; test modules are imported here
    Cost loop;        ///< from the first test's start to the last one's end, tests included
    Cost finish;      ///< session finish and unconfigure
    Cost exit;        ///< from then until the process has ended
    friend bool operator==(const SessionCost&, const SessionCost&) = default;
};

struct ProfiledRun {
    std::vector<std::string> command;  ///< as the user gave it, without the recorder's own words
    std::string directory;             ///< where it was run
    std::string rootdir;               ///< as pytest determined it; empty if it never came so far
    std::optional<int> exit_code;      ///< of pytest; absent if a signal ended it
    std::optional<int> signal;
    bool complete = false;  ///< pytest's session finish was recorded, every collected test ran
    std::string incomplete_because;
    /// Why advisor ended it after its last test, as "the deadline of 9 s passed"; empty if it ended
    /// by itself.
    std::string cut_off_because;
    Seconds wall;             ///< from exec to exit
    Bytes peak_rss;           ///< of the pytest process
    std::string started_utc;  ///< ISO 8601
    /// Command lines of processes that outlived pytest by a second, and that advisor ended.
    std::vector<std::string> ended;
    /// Why the collected suite cannot be run by workers forked from it, each a sentence; untrusted
    /// bytes.
    std::vector<std::string> unforkable;
    friend bool operator==(const ProfiledRun&, const ProfiledRun&) = default;
};

/// A counter over the whole run, children included: "instructions", "context-switches".
struct RunCounter {
    std::string name;        ///< as libpfm4 spells the event
    Measured<double> value;  ///< user space only; scaled where the kernel had to multiplex
    friend bool operator==(const RunCounter&, const RunCounter&) = default;
};

/// Blocked time of all tests and fixtures for one reason; sockets by the peer's port, where known.
struct WaitTotal {
    WaitReason reason = WaitReason::other;
    std::optional<std::uint16_t> peer_port;
    Seconds time;
    Seconds standard_error;
    friend bool operator==(const WaitTotal&, const WaitTotal&) = default;
};

/// How the interpreter was looked at from outside while it ran, and what all samples say together.
/// Where the GIL was counted from within, `gil_held` is what was counted, without an error.
struct Sampling {
    std::uint64_t samples = 0;   ///< that were used
    std::uint64_t late = 0;      ///< that were not: taken more than 0.3 ms after their time
    Seconds mean_period;         ///< between samples
    Seconds mean_lateness;       ///< of those that were used
    double core_fraction = 0.0;  ///< of one core, spent on sampling
    Measured<Seconds> gil_held;  ///< of all tests, pytest's hooks around them, and fixtures
    Seconds gil_standard_error;
    Seconds gil_held_blocked;      ///< part of `gil_held` in which the test's thread did not run
    std::vector<WaitTotal> waits;  ///< longest first; empty where not sampled
    /// Part of `waits` of which not only the reason is known, but when each began and ended.
    Seconds seen_whole;
    friend bool operator==(const Sampling&, const Sampling&) = default;
};

/// A test that was not the same in each of several runs.
struct UnsteadyTest {
    std::string id;
    std::map<std::string, std::uint64_t> outcomes;  ///< runs by name of the test's outcome in them
    std::uint64_t absent = 0;                       ///< complete runs that did not collect it
    friend bool operator==(const UnsteadyTest&, const UnsteadyTest&) = default;
};

/// Which runs a profile was merged from, where it is of several.
struct Repeats {
    std::uint32_t runs = 0;        ///< begun
    std::uint32_t incomplete = 0;  ///< left out, because they ended early and others did not
    std::uint32_t disturbed = 0;   ///< left out, because others used the machine meanwhile
    std::vector<UnsteadyTest> unsteady;
    std::uint32_t unrecorded = 0;  ///< left out, because no test of them could be recorded
    std::uint32_t orders = 1;  ///< in which complete runs collected the tests that all of them have
    Seconds shortest;          ///< wall of those that were merged; zero in an older document
    Seconds longest;

    /// Of which the figures are medians.
    [[nodiscard]] std::uint32_t merged() const {
        return runs - unrecorded - incomplete - disturbed;
    }
    /// Whether their walls are so far apart (1.25 to 1) that a median stands for neither.
    [[nodiscard]] bool are_unlike() const { return longest > 1.25 * shortest; }
    friend bool operator==(const Repeats&, const Repeats&) = default;
};

/// "medians of 2 of 4 runs of 3.1 to 3.4 s; 1 ended early; 1 could not be recorded"
[[nodiscard]] std::string how_merged(const Repeats& repeats);

struct Profile {
    ProfiledRun run;
    Host host;
    Interpreter interpreter;
    Disturbance disturbance;
    SessionCost session;
    std::vector<FixtureDefinition> fixture_definitions;
    std::vector<FixtureInstance> fixtures;
    std::vector<TestCost> tests;                     ///< in collection order
    std::vector<FunctionFixture> function_fixtures;  ///< in order of set-up
    std::vector<RunCounter> counters;
    std::vector<std::string> counted;    ///< events of `counters` that were counted for each test
    std::optional<Sampling> sampling;    ///< absent where nothing was sampled
    std::optional<Leftovers> leftovers;  ///< absent where they were not counted throughout
    std::optional<Repeats> repeats;      ///< absent where the profile is of a single run
    std::vector<Missing> missing;
    friend bool operator==(const Profile&, const Profile&) = default;
};

/// How many files the tests are in.
[[nodiscard]] std::size_t file_count(const Profile& profile);

[[nodiscard]] std::string_view name_of(TestOutcome outcome);
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] std::string_view name_of(Rung rung);
[[nodiscard]] std::string_view name_of(WaitReason reason);
[[nodiscard]] std::optional<TestOutcome> test_outcome_named(std::string_view name);
[[nodiscard]] std::optional<Scope> scope_named(std::string_view name);
[[nodiscard]] std::optional<Rung> rung_named(std::string_view name);
[[nodiscard]] std::optional<WaitReason> wait_reason_named(std::string_view name);

/// True if pytest's exit code would count this outcome as a failure.
[[nodiscard]] bool is_failure(TestOutcome outcome);

}  // namespace advisor
