#pragma once

// Makes a Profile of what the recorder wrote and of what its parent saw: the records as they come,
// the rest at the end. Pure: no clock, no file, no process.
//
// What is charged to whom:
// - A fixture of class scope or wider is its own instance, without the wide fixtures that were set
//   up within it. Tests, and the end of the session, are without it. Fixtures of function scope
//   belong to their test.
// - All attempts of a test that is run again are one cost; the last attempt gives the outcome.
// - `protocol_overhead` reaches from the beginning of a test's protocol to that of the next test,
//   so that tests and fixtures together are the session's `loop`.
// - A test that ran in a forked process (pytest-forked) reports no phases: all of it is its call.
// - What the recorder itself does between collection and the first test is in no span.
//
// The records come from a process that runs other people's tests: numbers that cannot be are left
// out, and nothing in them can fail. A run that did not end by itself names why in
// `ProfiledRun::incomplete_because`.

#include <advisor/base/result.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/store/record_stream.hpp>
#include <advisor/store/recording.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/sample_log.hpp"

namespace advisor {

/// Of wait4: the process with all children that it waited for.
struct ProcessUsage {
    Seconds cpu_user;
    Seconds cpu_sys;
    Bytes peak_rss;  ///< of the largest of them
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t major_faults = 0;
};

/// What the parent of pytest knows when it has ended. `exit_code` and `signal` as waitpid says;
/// neither is there, and no `exit_ns`, where nobody saw the end.
struct RunFacts {
    std::vector<std::string> command;  ///< without the recorder's own words
    std::string directory;
    std::string started_utc;
    std::uint64_t exec_ns = 0;  ///< CLOCK_MONOTONIC just before the process was made
    std::uint64_t exit_ns = 0;  ///< when it had ended; 0: the last recorded moment will do
    std::optional<int> exit_code;
    std::optional<int> signal;
    ProcessUsage usage;
    std::optional<std::uint64_t> run_delay_ns;  ///< of the recorder's thread, in all
    std::string stopped_because;  ///< why the parent ended it: "the deadline of 60 s passed"
    std::optional<Error> damage;  ///< of the ring or the decoder
    std::uint64_t dropped = 0;    ///< SharedRing::dropped()
    Host host;
    Interpreter interpreter;  ///< versions that are empty are filled from the recording
    Disturbance disturbance;
    std::vector<RunCounter> counters;
    std::optional<SampleLog> samples;  ///< of the GIL and of waits
    bool restarts_peaks = true;        ///< was asked to
    bool counts_gil = false;           ///< a library was to be preloaded that does
    std::string counts_because;        ///< why, where nobody asked for it
    std::vector<Missing> missing;      ///< beside what the builder finds missing itself
};

/// What is known when the run begins.
[[nodiscard]] RunFacts facts_of(RecordingHead head);

enum class RunStage : std::uint8_t { starting, configuring, collecting, testing, finishing, ended };

class RecordedRun;

class ProfileBuilder {
public:
    ProfileBuilder();
    ProfileBuilder(ProfileBuilder&&) noexcept;
    ProfileBuilder& operator=(ProfileBuilder&&) noexcept;
    ProfileBuilder(const ProfileBuilder&) = delete;
    ProfileBuilder& operator=(const ProfileBuilder&) = delete;
    ~ProfileBuilder();

    void feed(const std::vector<Record>& records);

    // For the line of progress; cheap.
    [[nodiscard]] RunStage stage() const;
    [[nodiscard]] std::size_t collected() const;  ///< tests known so far
    [[nodiscard]] std::size_t started() const;    ///< tests whose protocol has begun
    [[nodiscard]] std::size_t failed() const;     ///< tests that failed so far, or erred
    /// Node id of the test that runs; untrusted bytes, empty outside of tests. Until the next feed.
    [[nodiscard]] std::string_view current() const;

    [[nodiscard]] Profile finish(RunFacts facts) &&;

private:
    std::unique_ptr<RecordedRun> run_;
};

}  // namespace advisor
