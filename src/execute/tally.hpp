#pragma once

// What a journal says about a run: which tests came to exactly one final outcome, how many of each
// outcome there are, and what each worker did. Pure.

#include <advisor/domain/outcome.hpp>
#include <advisor/store/journal.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace advisor {

struct Tally {
    Conservation conservation;
    std::map<std::string, std::uint64_t> outcomes;
    std::vector<WorkerUse> workers;
    bool had_session = false;  ///< pytest began a session: it was more than --version
    bool had_collection = false;
    bool finished = false;             ///< pytest came to the end of its session
    JournalEvent finish;               ///< if so
    std::optional<int> exit_by_suite;  ///< the code that a worker gave to pytest.exit()
};

/// Whether something ended the run before its last test: -x, ^C, pytest.exit(), a broken
/// collection.
[[nodiscard]] bool was_stopped(const Tally& tally);

/// `exec_ns` is the launch of the run, from which the boot of a worker counts; `ended`: by us, or
/// by a signal to us, so that what has no outcome was not run.
[[nodiscard]] Tally tally(const Journal& journal, std::int64_t exec_ns, bool ended = false);

/// How many of the collected tests are not among the recorded ones; none if nothing was recorded.
[[nodiscard]] std::uint64_t
new_tests(const Journal& journal, const std::map<std::string, Seconds>& recorded);

/// Tests that took far longer or shorter than `profiled`, at most three, the largest difference
/// first. Small in proportion or in itself is no surprise: a half, and a tenth of a second. Nor is
/// a long set-up or tear-down, which may be that of a fixture that each worker has once: `profiled`
/// is without those of class scope or wider.
[[nodiscard]] std::vector<Surprise>
surprises(const Journal& journal, const std::map<std::string, Seconds>& profiled);

/// "passed", "failed", "skipped", "xfailed", "xpassed", "error", by pytest's rules.
[[nodiscard]] std::string final_outcome(const std::vector<JournalPhase>& phases);

}  // namespace advisor
