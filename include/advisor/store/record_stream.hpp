#pragma once

// The frames that the Python recorder (src/dialect/plugin/advisor_writer.py) writes, decoded.
//
// A stream is a sequence of frames in the machine's byte order, each a multiple of 8 bytes:
//   u32 size of the frame with this header, u16 kind, u16 number of the frame modulo 2^16, payload
// with these kinds and payloads (strings follow their lengths, the rest of the frame is padding):
//    0 padding up to the end of the ring
//    1 fact       u32 name length, u32 value length, name, value
//    2 fixture    u32 definition, scope, name length, base id length; name, base id
//    3 item       u32 test, module length, class length, count of uses, bytes of groups, id length;
//                 {u32 definition, u32 parameter} of each use; {u32 length, name} of each group; id
//    4 need       u32 test, definition, parameter, 0: a fixture asked for while the test ran
//    5 points     {u8 step, phase, outcome, flags, u32 test; u64 monotonic ns, u64 thread CPU ns}
//                 of each TestPoint
//                 {u8 4 to 7, u24 parameter, u32 definition; u64, u64 likewise} of each
//                 FunctionFixturePoint: a set-up begins, ends, its tear-down begins, ends
//    6 failed     the reason why the recorder stopped, up to the first zero byte
//    7 holdings   u32 test, threads, descriptors, children: other counts than those before; what
//                 changed them ran after the begin of that test
//    8 gil        u64 ns that the GIL was held, u64 ns of them in which the holder was on no core,
//                 u64 releases; all since counting began and up to the point or mark that follows
//    9 alone      u32 test, length of the reason, reason
//   16.. marks    u32 test, u32 a, u32 b, u32 c, then a Mark as in `mark_of`:
//     16 imported, 17 configured, 18 collected, 19 finished (a = exit status), 20 unconfigured
//     32 counters (a = KiB, b = microseconds, as in MemoryBefore)
//     48, 49, 50, 51 a fixture's set-up begins, ends, its tear-down begins, ends
//            (a = instance; 48 only: b = definition, c = parameter)
//
// The writer is a process that runs other people's tests and may die or be overwritten at any
// byte: the decoder yields every frame up to the first impossible one and says what it left.

#include <advisor/base/result.hpp>
#include <advisor/domain/profile.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace advisor {

/// Clocks and counters of the recording thread and its process at one moment, as they were read.
struct Mark {
    std::uint64_t wall_ns = 0;  ///< CLOCK_MONOTONIC
    std::uint64_t thread_cpu_ns = 0;
    std::uint64_t process_cpu_ns = 0;
    double thread_user_s = 0;  ///< getrusage(RUSAGE_THREAD) from here
    double thread_sys_s = 0;
    std::uint64_t max_rss_kib = 0;  ///< peak of the process since it was restarted; 0: not known
    std::uint64_t major_faults = 0;
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
    double children_user_s = 0;  ///< of children that were waited for
    double children_sys_s = 0;
    std::optional<std::uint64_t> run_delay_ns;  ///< second field of schedstat
    friend bool operator==(const Mark&, const Mark&) = default;
};

/// Of the text of a schedstat file, "cpu_ns run_delay_ns slices": anything else is another file
/// that took over the descriptor, and has none.
[[nodiscard]] std::optional<std::uint64_t> run_delay_in(std::string_view text);

struct RunFact {
    /// "python", "pytest", "rootdir"; "workers", what the options ask of pytest-xdist; "left", what
    /// tests left behind, one a line; "uncounted", why that is not known; "gil_uncounted", why the
    /// GIL is not counted although it should be.
    std::string name;
    std::string value;
    friend bool operator==(const RunFact&, const RunFact&) = default;
};

struct FixtureDefined {
    std::uint32_t definition = 0;  ///< counts up from 0
    FixtureDefinition value;
    friend bool operator==(const FixtureDefined&, const FixtureDefined&) = default;
};

struct ItemCollected {
    std::uint32_t test = 0;  ///< counts up from 0
    std::string id;          ///< its beginning, if it is longer than a quarter of the ring
    std::uint32_t module_length = 0;
    std::uint32_t class_length = 0;
    std::vector<std::string> groups;
    std::vector<FixtureUse> uses;  ///< of class scope or wider
    friend bool operator==(const ItemCollected&, const ItemCollected&) = default;
};

/// That a test used a fixture which its item did not name: by request.getfixturevalue().
struct FixtureNeeded {
    std::uint32_t test = 0;
    FixtureUse use;
    friend bool operator==(const FixtureNeeded&, const FixtureNeeded&) = default;
};

/// That a test must not run beside others on further threads of its process.
struct TestAlone {
    std::uint32_t test = 0;
    std::string because;
    friend bool operator==(const TestAlone&, const TestAlone&) = default;
};

enum class Phase : std::uint8_t { setup, call, teardown };

enum class ReportedOutcome : std::uint8_t { passed, failed, skipped, rerun };

enum class Step : std::uint8_t {
    test_begun,   ///< its protocol, before any hook of another plugin
    setup_begun,  ///< its first phase; again if it is run again
    phase_ended,  ///< a phase, or a subtest within the call
    reported,     ///< all plugins have heard of a phase, or of a subtest
};

/// A moment of a test, with the two clocks that are cheap to read. Between two marks, points say
/// what the time between the marks was spent on. The CPU clock is read where it was not for 0.1 ms,
/// or, where the kernel tells that the thread kept its core, for 1 ms; else it is taken to have run
/// since: so far it may be ahead, and the next reading behind it.
struct TestPoint {
    std::uint32_t test = 0;
    Step step = Step::test_begun;
    Phase phase = Phase::setup;                         ///< of `phase_ended` and `reported`
    ReportedOutcome outcome = ReportedOutcome::passed;  ///< of `reported`, as the next two
    bool was_xfail = false;                             ///< an expectation to fail applied
    bool is_subtest = false;                            ///< its test reports for itself as well
    std::uint64_t wall_ns = 0;                          ///< CLOCK_MONOTONIC
    std::uint64_t thread_cpu_ns = 0;
    friend bool operator==(const TestPoint&, const TestPoint&) = default;
};

/// What was known of the peak of memory when it was last looked at.
struct MemoryBefore {
    std::uint64_t peak_kib = 0;
    std::uint64_t ago_ns = 0;  ///< before the mark
    friend bool operator==(const MemoryBefore&, const MemoryBefore&) = default;
};

/// Written after a point, where the recorder looked after a millisecond and found that the thread
/// did not run all the time, or others did, or memory has grown; and after 0.1 s in any case.
struct CountersMark {
    Mark at;
    MemoryBefore memory;
    friend bool operator==(const CountersMark&, const CountersMark&) = default;
};

/// How many threads, descriptors and children the process has, where that has changed.
struct HoldingsCounted {
    std::uint32_t since = 0;  ///< the test that began right after the count before this one
    Holdings counts;
    friend bool operator==(const HoldingsCounted&, const HoldingsCounted&) = default;
};

/// How the GIL was held by any thread since counting began, up to the point or mark that follows.
/// Written before each of them, where it is counted at all (dialect/plugin/advisor_gil.c).
struct GilCounted {
    std::uint64_t held_ns = 0;
    std::uint64_t idle_ns = 0;  ///< part of it in which the holder was on no core
    std::uint64_t releases = 0;
    friend bool operator==(const GilCounted&, const GilCounted&) = default;
};

struct RecorderFailed {
    std::string reason;
    friend bool operator==(const RecorderFailed&, const RecorderFailed&) = default;
};

enum class SessionPoint : std::uint8_t { imported, configured, collected, finished, unconfigured };

struct SessionMark {
    SessionPoint point = SessionPoint::imported;
    std::uint32_t exit_status = 0;  ///< of `finished`
    Mark at;
    friend bool operator==(const SessionMark&, const SessionMark&) = default;
};

enum class Edge : std::uint8_t { begin, end };

enum class FixtureSpan : std::uint8_t { setup, teardown };

struct FixtureMark {
    static constexpr std::uint32_t k_no_test = 0xffffffff;
    std::uint32_t test = k_no_test;
    std::uint32_t instance = 0;
    FixtureSpan span = FixtureSpan::setup;
    Edge edge = Edge::begin;
    FixtureUse use;  ///< of the beginning of a set-up
    Mark at;
    friend bool operator==(const FixtureMark&, const FixtureMark&) = default;
};

/// Of a fixture of function scope, within the test that is running: like a TestPoint, cheap.
struct FunctionFixturePoint {
    FixtureSpan span = FixtureSpan::setup;
    Edge edge = Edge::begin;
    FixtureUse use;
    std::uint64_t wall_ns = 0;
    std::uint64_t thread_cpu_ns = 0;
    friend bool operator==(const FunctionFixturePoint&, const FunctionFixturePoint&) = default;
};

using Record = std::variant<
    RunFact,
    FixtureDefined,
    ItemCollected,
    FixtureNeeded,
    TestAlone,
    TestPoint,
    FunctionFixturePoint,
    HoldingsCounted,
    GilCounted,
    RecorderFailed,
    SessionMark,
    CountersMark,
    FixtureMark>;

class RecordDecoder {
public:
    /// Takes the next bytes, split anywhere, and returns the records that they complete. From the
    /// first bad frame on it reads nothing more and returns nothing.
    [[nodiscard]] std::vector<Record> feed(std::string_view bytes);

    /// Nothing, or why the stream could not be read to its end. An incomplete last frame is not
    /// an error: the writer may have been killed, or may still be writing.
    [[nodiscard]] std::optional<Error> error() const;

    /// Bytes that were fed and belong to no returned record.
    [[nodiscard]] std::size_t unread() const { return pending_.size() + skipped_; }

private:
    std::string pending_;
    std::size_t skipped_ = 0;
    std::uint64_t position_ = 0;
    std::uint16_t sequence_ = 0;
    std::string bad_because_;
};

}  // namespace advisor
