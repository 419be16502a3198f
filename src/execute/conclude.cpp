#include "execute/conclude.hpp"

#include <advisor/base/text.hpp>
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

Conclusion trusted(int code, const Tally& tally) {
    if (code != k_ok || !tally.had_session) {
        return {code, "", false};
    }
    if (!tally.finished) {
        return {
            k_own_failure,
            "pytest exited with 0 before the end of its session, so tests are missing",
            false};
    }
    const Conservation& kept = tally.conservation;
    if (!kept.lost.empty() || !kept.duplicated.empty()) {
        return {
            k_own_failure,
            fmt::format(
                "pytest exited with 0, but {} no outcome and {} more than one",
                format_count(kept.lost.size(), "test has", "tests have"),
                format_count(kept.duplicated.size(), "has", "have")
            ),
            false};
    }
    return {code, "", false};
}

Conclusion of_workers(int code, const Tally& tally) {
    const JournalEvent& finish = tally.finish;
    if (tally.exit_by_suite && *tally.exit_by_suite != code) {
        return {*tally.exit_by_suite, "the suite ended itself with pytest.exit()", false};
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
    return trusted(code, tally);
}

}  // namespace

Conclusion conclude(const ProcessEnd& end, const Tally& tally, const Configuration& configuration) {
    if (end.timed_out) {
        return {k_own_failure, "the deadline passed, and the run was ended", false};
    }
    if (!end.exit_code) {
        return {
            128 + end.signal.value_or(0),
            fmt::format("signal {} ended pytest", end.signal.value_or(0)),
            false};
    }
    if (std::holds_alternative<Processes>(configuration.runner)) {
        return of_workers(*end.exit_code, tally);
    }
    return trusted(*end.exit_code, tally);
}

Conclusion conclude_from_collection(int collected) {
    switch (collected) {
    case k_no_tests: return {k_no_tests, "", false};
    case k_usage_error:
    case k_interrupted:
    case k_internal_error:
        return {collected, "workers say 5, a sequential collection says otherwise", false};
    default:
        return {
            k_own_failure,
            "no worker ran a test, although there are tests: workers cannot start here",
            false};
    }
}

}  // namespace advisor
