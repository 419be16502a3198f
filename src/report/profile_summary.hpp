#pragma once

// What a person asks of a profile first: which tests and fixtures cost most, and what the time
// was spent on. Pure sums over the profile; text and Markdown print the same numbers.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/profile.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace advisor::report {

struct FixtureTotal {
    std::string title;
    Scope scope = Scope::function;
    std::size_t instances = 0;
    Seconds wall;  ///< set-up and tear-down of all instances

    [[nodiscard]] Seconds each() const { return wall / static_cast<double>(instances); }
};

struct ProfileSummary {
    std::size_t files = 0;
    std::map<std::string, std::size_t> outcomes;  ///< tests by name of their outcome
    Breakdown session;                            ///< parts of the run, in order of time
    Breakdown spent;                              ///< CPU and waiting of tests and fixtures
    Seconds worked;                               ///< wall of tests and fixtures: whole of `spent`
    Seconds queued;                               ///< of `worked`, waiting for a core, if known
    bool knows_cpu = false;                       ///< apart from waiting
    bool knows_blocked = false;                   ///< apart from waiting for a core
    Measured<Seconds> gil_held;  ///< of `worked`, as the next two; absent if any part lacks it
    Measured<Seconds> gil_held_blocked;
    Measured<std::int64_t> gil_releases;
    Measured<Seconds> beyond_wall;         ///< of CPU and waiting for a core: there should be none
    std::vector<const TestCost*> slowest;  ///< longest first; points into the profile
    std::vector<FixtureTotal> fixtures;    ///< most expensive first
};

/// At most `most` tests and fixtures in the two rankings.
[[nodiscard]] ProfileSummary summary_of(const Profile& profile, std::size_t most);

struct NumberColumn {
    std::string header;
    std::vector<std::string> cells;  ///< of each of `slowest`; empty where it is not known
};

/// "seconds"; where they are known "spread" from run to run, "CPU" and "blocked"; and where one of
/// them waited notably "for a core". None where there is no test.
[[nodiscard]] std::vector<NumberColumn> numbers_of_slowest(const ProfileSummary& summary);

/// "120 tests in 12 files", "3.2 s sequentially", "118 passed", "peak memory 90 MiB".
[[nodiscard]] std::vector<std::string>
facts_of(const Profile& profile, const ProfileSummary& summary);

/// Sentences on `spent`: for how much of it the GIL was held and how exactly that is known; how
/// much of the waits was seen whole; and whether wall = CPU + waiting for a core + blocked, as
/// clocks that agree make it, since blocked time is what the others leave. Each where it is known.
[[nodiscard]] std::vector<std::string>
remarks_on_spent(const Profile& profile, const ProfileSummary& summary);

/// True if samples are too few to tell how long tests held the GIL: not even within a quarter of
/// their time.
[[nodiscard]] bool is_gil_guessed(const Profile& profile);

/// Who left something behind at the end of the session, who left most first.
[[nodiscard]] std::vector<Leaver> ranked_leavers(const Profile& profile);

/// "2 processes still ran a second after pytest had ended, and advisor ended them: sleep 600, x";
/// empty for none.
[[nodiscard]] std::string ended_sentence(const Profile& profile);

/// That the run is incomplete, failed, or was disturbed by others, and of several runs which are
/// left out and what differed: one sentence each.
[[nodiscard]] std::vector<std::string> warnings_of(const Profile& profile);

}  // namespace advisor::report
