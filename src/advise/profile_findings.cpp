#include <advisor/base/text.hpp>

#include <fmt/format.h>

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
    if (failed == 0 && !bad_exit) {
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
             "the recording ends early: {}; {} not finished",
             profile.run.incomplete_because.empty() ? "the run did not reach its end"
                                                    : profile.run.incomplete_because,
             format_count(missing, "test was", "tests were")
         ),
         "run the suite to its end and profile it again"}
    );
}

void disturbed_profile(const Profile& profile, std::vector<Finding>& findings) {
    const Disturbance& disturbance = profile.disturbance;
    if (!is_disturbed(disturbance)) {
        return;
    }
    const double steal = disturbance.steal_fraction.value_or(0.0);
    const double foreign = disturbance.foreign_fraction.value_or(0.0);
    const Seconds throttled = disturbance.throttled.value_or(Seconds(0));
    findings.push_back(
        {"disturbed-profile",
         Severity::note,
         {},
         {{"steal_fraction", steal},
          {"foreign_fraction", foreign},
          {"throttled_s", throttled.value()}},
         fmt::format(
             "while the suite was profiled, the hypervisor took {} and other processes used {} of "
             "the machine, and a quota stopped it for {}; ties are judged more widely",
             format_percent(steal),
             format_percent(foreign),
             format_seconds(throttled)
         ),
         "profile again when the machine is quiet"}
    );
}

void not_measured(const Profile& profile, std::vector<Finding>& findings) {
    for (const Missing& missing : profile.missing) {
        findings.push_back(
            {"not-measured",
             Severity::note,
             {missing.what},
             {},
             fmt::format("{} was not measured: {}", missing.what, missing.because),
             {}}
        );
    }
}

}  // namespace

std::vector<Finding> profile_findings(const Profile& profile) {
    std::vector<Finding> findings;
    failing_suite(profile, findings);
    incomplete_profile(profile, findings);
    disturbed_profile(profile, findings);
    not_measured(profile, findings);
    return findings;
}

}  // namespace advisor
