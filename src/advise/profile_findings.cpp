#include <advisor/advise/advise.hpp>
#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <cstdint>

#include "advise/ability.hpp"
#include "advise/findings.hpp"

namespace advisor {

namespace {

/// More names than this help nobody; the count says how many there are.
constexpr std::size_t k_most_subjects = 10;

void failing_suite(const Profile& profile, std::vector<Finding>& findings) {
    Finding finding{"failing-suite", Severity::breaks, {}, {}, {}, {}};
    std::size_t failed = 0;
    for (const TestCost& test : profile.tests) {
        if (is_failure(test.outcome)) {
            if (failed < k_most_subjects) {
                finding.subjects.push_back(test.id);
            }
            ++failed;
        }
    }
    const bool bad_exit = profile.run.exit_code.value_or(0) != 0 || profile.run.signal.has_value();
    const bool fails_at_times = profile.repeats && !profile.repeats->unsteady.empty();
    if (failed == 0 && (!bad_exit || fails_at_times)) {
        return;
    }
    finding.numbers = {{"failed", static_cast<double>(failed)}};
    finding.message =
        failed > 0 ? fmt::format(
            "{} failed in the profiled run; a failing test rarely takes as long as a passing "
            "one",
            format_count(failed, "test")
        )
                   : "pytest did not end with success in the profiled run, although no test failed";
    finding.fix = "make the suite pass sequentially, then profile it again";
    findings.push_back(std::move(finding));
}

void incomplete_profile(const Profile& profile, std::vector<Finding>& findings) {
    if (profile.run.complete) {
        return;
    }
    std::size_t missing = 0;
    for (const TestCost& test : profile.tests) {
        missing += test.outcome == TestOutcome::not_run || test.outcome == TestOutcome::interrupted;
    }
    findings.push_back(
        {"incomplete-profile",
         Severity::breaks,
         {},
         {{"not_run", static_cast<double>(missing)}},
         fmt::format(
             "the recording ends early: {}{}",
             profile.run.incomplete_because.empty() ? "the run did not reach its end"
                                                    : profile.run.incomplete_because,
             missing == 0
                 ? ""
                 : fmt::format("; {} not finished", format_count(missing, "test was", "tests were"))
         ),
         "run the suite to its end and profile it again"}
    );
}

void disturbed_profile(const Profile& profile, std::vector<Finding>& findings) {
    const Disturbance& disturbance = profile.disturbance;
    if (!is_disturbed(disturbance)) {
        return;
    }
    findings.push_back(
        {"disturbed-profile",
         Severity::note,
         {},
         {{"steal_fraction", disturbance.steal_fraction.value_or(0.0)},
          {"foreign_fraction", disturbance.foreign_fraction.value_or(0.0)},
          {"throttled_s", disturbance.throttled.value_or(Seconds(0)).value()}},
         fmt::format(
             "while the suite was recorded, {}; ties are judged more widely",
             disturbers(disturbance)
         ),
         "profile again when the machine is quiet, or take medians: --repeat 3"}
    );
    if (disturbance.own_pressure) {
        const Pressure others = pressure_by_others(disturbance);
        auto& numbers = findings.back().numbers;
        numbers.emplace_back("io_pressure_by_others_fraction", others.io);
        numbers.emplace_back("memory_pressure_by_others_fraction", others.memory);
    }
}

/// A test that does not end alike in one sequential run after the other will not in parallel.
void flaky_tests(const Repeats& repeats, std::vector<Finding>& findings) {
    Finding finding{"flaky-tests", Severity::breaks, {}, {}, {}, {}};
    std::size_t flaky = 0;
    for (const UnsteadyTest& test : repeats.unsteady) {
        if (test.outcomes.size() > 1) {
            if (flaky < k_most_subjects) {
                finding.subjects.push_back(test.id);
            }
            ++flaky;
        }
    }
    if (flaky == 0) {
        return;
    }
    finding.numbers = {
        {"tests", static_cast<double>(flaky)}, {"runs", static_cast<double>(repeats.runs)}};
    finding.message = fmt::format(
        "{} did not end alike in {} of the same suite, one after the other; a parallel run can "
        "only change what they depend on",
        format_count(flaky, "test"),
        format_count(repeats.runs, "run")
    );
    finding.fix = "free them from time, order and what earlier tests or runs leave behind";
    findings.push_back(std::move(finding));
}

/// xdist's workers must all collect the same ids in the same order, or it runs nothing.
void unsteady_collection(const Repeats& repeats, std::vector<Finding>& findings) {
    Finding finding{"unsteady-collection", Severity::breaks, {}, {}, {}, {}};
    std::size_t absent = 0;
    for (const UnsteadyTest& test : repeats.unsteady) {
        if (test.absent > 0) {
            if (absent < k_most_subjects) {
                finding.subjects.push_back(test.id);
            }
            ++absent;
        }
    }
    if (absent == 0) {
        return;
    }
    finding.numbers = {
        {"tests", static_cast<double>(absent)}, {"runs", static_cast<double>(repeats.runs)}};
    finding.message = fmt::format(
        "{} collected in some runs of the same suite and not in others; pytest-xdist refuses to "
        "run where its workers collect different tests",
        format_count(absent, "test was", "tests were")
    );
    finding.fix = "parametrize over what is the same and in the same order in every process";
    findings.push_back(std::move(finding));
}

void unsteady_order(const Profile& profile, std::vector<Finding>& findings) {
    if (collects_in_one_order(profile)) {
        return;
    }
    const Repeats& repeats = *profile.repeats;
    const std::uint32_t complete = repeats.runs - repeats.incomplete - repeats.unrecorded;
    findings.push_back(
        {"unsteady-order",
         Severity::breaks,
         {},
         {{"orders", static_cast<double>(repeats.orders)}, {"runs", static_cast<double>(complete)}},
         fmt::format(
             "the same tests were collected in {} orders in {}; pytest-xdist refuses to run where "
             "its workers collect in different orders",
             repeats.orders,
             format_count(complete, "run")
         ),
         "parametrize over lists, or sets that are sorted first; or run with a fixed "
         "PYTHONHASHSEED"}
    );
}

/// Medians of fewer runs than were asked for.
void runs_left_out(const Repeats& repeats, std::vector<Finding>& findings) {
    if (repeats.merged() == repeats.runs) {
        return;
    }
    findings.push_back(
        {"runs-left-out",
         Severity::note,
         {},
         {{"runs", static_cast<double>(repeats.runs)},
          {"incomplete", static_cast<double>(repeats.incomplete)},
          {"disturbed", static_cast<double>(repeats.disturbed)},
          {"unrecorded", static_cast<double>(repeats.unrecorded)}},
         "the figures are " + how_merged(repeats),
         "record more runs, or on a quiet machine"}
    );
}

/// Of a cold cache or a machine that slowed down: of two such runs a median is neither.
void unlike_runs(const Repeats& repeats, std::vector<Finding>& findings) {
    if (!repeats.are_unlike()) {
        return;
    }
    findings.push_back(
        {"unlike-runs",
         Severity::note,
         {},
         {{"shortest_wall_s", repeats.shortest.value()},
          {"longest_wall_s", repeats.longest.value()},
          {"runs", static_cast<double>(repeats.merged())}},
         fmt::format(
             "the runs were unlike each other ({} to {}), and their medians may stand for none",
             format_seconds(repeats.shortest),
             format_seconds(repeats.longest)
         ),
         "record five runs or more, when the suite has run once"}
    );
}

void repeats_differ(const Profile& profile, std::vector<Finding>& findings) {
    if (profile.repeats) {
        flaky_tests(*profile.repeats, findings);
        unsteady_collection(*profile.repeats, findings);
        unsteady_order(profile, findings);
        runs_left_out(*profile.repeats, findings);
        unlike_runs(*profile.repeats, findings);
    }
}

/// Nothing tells waiting from computing: then every second counts as computing, and more workers
/// than cores promise nothing.
void times_only(const Profile& profile, std::vector<Finding>& findings) {
    if (profile.host.rung != Rung::none) {
        return;
    }
    findings.push_back(
        {"times-only",
         Severity::note,
         {},
         {},
         "the profile has no CPU times, so every second is taken for computing; a suite that waits "
         "gains more than is predicted here",
         "record the suite with advisor profile"}
    );
}

}  // namespace

std::vector<Finding> profile_findings(const Profile& profile) {
    std::vector<Finding> findings;
    failing_suite(profile, findings);
    incomplete_profile(profile, findings);
    disturbed_profile(profile, findings);
    repeats_differ(profile, findings);
    times_only(profile, findings);
    return findings;
}

}  // namespace advisor
