#include "execute/conclude.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/base/text.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/execute/run.hpp>

#include <fmt/format.h>

namespace advisor {

namespace {

// pytest.ExitCode
constexpr int k_ok = 0;
constexpr int k_tests_failed = 1;
constexpr int k_interrupted = 2;
constexpr int k_internal_error = 3;
constexpr int k_usage_error = 4;
constexpr int k_no_tests = 5;

Conclusion own(std::string because) {
    return {k_own_failure, std::move(because), false};
}

std::string what_is_wrong(const Conservation& kept) {
    std::string words;
    const auto add = [&](const std::vector<std::string>& tests, const char* one, const char* more) {
        if (!tests.empty()) {
            words += words.empty() ? "" : ", ";
            words += format_count(tests.size(), one, more);
        }
    };
    add(kept.lost, "test has no outcome", "tests have no outcome");
    add(kept.duplicated, "test has several", "tests have several");
    add(kept.contradicted, "test had another in its worker", "tests had another in their worker");
    return words;
}

/// A sequential pytest is the truth itself, except where it says 0 without having come to its end.
Conclusion of_sequential(int code, const Tally& tally) {
    if (code != k_ok || !tally.had_session) {
        return {code, "", false};
    }
    if (!tally.finished) {
        return own("pytest exited with 0 before the end of its session, so tests are missing");
    }
    if (!tally.conservation.holds()) {
        return own(fmt::format("pytest exited with 0, but {}", what_is_wrong(tally.conservation)));
    }
    return {code, "", false};
}

/// Forked workers and lanes report to pytest itself, whose exit code is a sequential run's; of
/// tests that are lost on the way it knows nothing.
Conclusion of_forked(int code, const Tally& tally) {
    const bool is_count = code == k_ok || code == k_tests_failed || code == k_internal_error;
    if (is_count && tally.had_session && !tally.conservation.holds()) {
        return own(
            fmt::format("pytest exited with {}, but {}", code, what_is_wrong(tally.conservation))
        );
    }
    return of_sequential(code, tally);
}

Conclusion of_workers(int code, const Tally& tally) {
    const JournalEvent& finish = tally.finish;
    if (tally.exit_by_suite) {
        if (*tally.exit_by_suite == k_ok
            && tally.conservation.final < tally.conservation.collected) {
            return own("the suite ended itself with 0 before its last test");
        }
        const bool same = *tally.exit_by_suite == code;
        return {*tally.exit_by_suite, same ? "" : "the suite ended itself", false};
    }
    if (finish.collections_differ) {
        return own("the workers collected different tests, so none was run");
    }
    if (code == k_interrupted && tally.finished && finish.stopped_after_failures) {
        return {k_tests_failed, "stopped after failures, which is 1 sequentially", false};
    }
    if (code == k_tests_failed && finish.collect_errors > 0 && !finish.continues) {
        return {k_interrupted, "errors in collection are 2 sequentially", false};
    }
    if (code == k_no_tests) {
        return {k_no_tests, "", true};
    }
    return of_forked(code, tally);
}

}  // namespace

Conclusion conclude(const ProcessEnd& end, const Tally& tally, const Configuration& configuration) {
    if (end.timed_out) {
        return own("the deadline passed, and the run was ended");
    }
    if (!end.exit_code) {
        return {
            128 + end.signal.value_or(0),
            fmt::format("signal {} ended pytest", end.signal.value_or(0)),
            false};
    }
    if (end.forwarded && end.exit_code == k_ok && !tally.conservation.is_whole()) {
        return own(fmt::format(
            "pytest exited with 0, although signal {} stopped it before its last test",
            *end.forwarded
        ));
    }
    if (std::holds_alternative<Processes>(configuration.runner)) {
        return of_workers(*end.exit_code, tally);
    }
    if (needs_lanes(configuration)) {
        return of_forked(*end.exit_code, tally);
    }
    return of_sequential(*end.exit_code, tally);
}

Conclusion conclude_from_collection(const Collected& collected) {
    switch (collected.exit_code) {
    case k_no_tests: return {k_no_tests, "", false};
    case k_usage_error:
    case k_interrupted:
    case k_internal_error:
        return {
            collected.exit_code,
            collected.error.empty() ? "workers say 5, a sequential collection says otherwise"
                                    : collected.error,
            false};
    default:
        return own("no worker ran a test, although there are tests: workers cannot start here");
    }
}

Conclusion conclude_ended(const std::vector<Stall>& stalls, bool ended_at_exit) {
    if (stalls.empty()) {
        ADVISOR_ASSERT(ended_at_exit, "something was ended");
        return own("pytest came to its end and did not exit, so it was ended");
    }
    const Stall& first = stalls.front();
    const std::string more =
        stalls.size() > 1 ? fmt::format(", and {} more", stalls.size() - 1) : "";
    return own(fmt::format(
        "a test ran for {} without an end, and its process was ended: {}{}",
        format_seconds(first.after),
        escape_terminal(first.id),
        more
    ));
}

Conclusion conclude_rerun(const Tally& tally) {
    if (!tally.conservation.holds()) {
        return own(fmt::format("even after another run {}", what_is_wrong(tally.conservation)));
    }
    const auto count = [&](const char* outcome) {
        const auto found = tally.outcomes.find(outcome);
        return found == tally.outcomes.end() ? 0 : found->second;
    };
    const bool failed = count("failed") + count("error") > 0;
    return {failed ? k_tests_failed : k_ok, "lost tests ran once more, sequentially", false};
}

}  // namespace advisor
