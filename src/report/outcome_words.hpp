#pragma once

// What a run has to say in words; shared by text and Markdown.

#include <advisor/domain/outcome.hpp>

#include <string>
#include <vector>

namespace advisor::report {

/// A test without exactly one final outcome is the worst a runner can do: pytest-xdist can lose a
/// failing test and exit 0.
struct ConservationProblem {
    std::string sentence;
    std::vector<std::string> tests;
};

[[nodiscard]] std::vector<ConservationProblem> problems_of(const Conservation& conservation);

/// True where no test was collected to be run, as pytest's --collect-only or --fixtures has it.
[[nodiscard]] bool ran_none(const RunOutcome& outcome);

/// "398 passed, 2 failed".
[[nodiscard]] std::string counts_of(const RunOutcome& outcome);

/// "STALLED: a.py::test on gw0 ran for 90 s, 2 s when recorded": each test that was ended with its
/// process, with the stacks of it, whose later frames of pytest itself are left out.
struct StallWords {
    std::string sentence;
    std::vector<std::string> stacks;
};

[[nodiscard]] std::vector<StallWords> stalls_of(const RunOutcome& outcome);

/// "a.py::test took 2 s, when recorded 1 s", one a test.
[[nodiscard]] std::vector<std::string> surprises_of(const RunOutcome& outcome);

/// That tests are not in the recording; empty if all are.
[[nodiscard]] std::string new_tests_remark(const RunOutcome& outcome);

/// That processes outlived the run and were ended; empty for none.
[[nodiscard]] std::string left_behind_remark(const RunOutcome& outcome);

/// How the measured wall lies to the predicted range; empty if nothing was predicted.
[[nodiscard]] std::string range_remark(const RunOutcome& outcome);

/// "exit code 1", with the runner's own where it differs.
[[nodiscard]] std::string exit_words(const RunOutcome& outcome);

}  // namespace advisor::report
