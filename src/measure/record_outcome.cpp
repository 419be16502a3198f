#include "measure/record_outcome.hpp"

namespace advisor {

void ReportedPhases::add(const TestPoint& report) {
    if (report.outcome == ReportedOutcome::rerun) {
        *this = ReportedPhases();  // what came before is an attempt that does not count
    }
    any_ = true;
    const bool failed = report.outcome == ReportedOutcome::failed;
    if (report.is_subtest) {
        call_failed_ = call_failed_ || failed;
        return;
    }
    switch (report.phase) {
    case Phase::setup: setup_failed_ = setup_failed_ || failed; break;
    case Phase::call:
        called_ = true;
        call_failed_ = call_failed_ || failed;
        break;
    case Phase::teardown:
        teardown_failed_ = teardown_failed_ || failed;
        torn_down_ = true;
        return;
    }
    const bool skipped = report.outcome == ReportedOutcome::skipped;
    skipped_ = skipped_ || (skipped && !report.was_xfail);
    xfailed_ = xfailed_ || (skipped && report.was_xfail);
    // pytest marks a set-up that passed, too, once a test calls pytest.xfail(); only calls count.
    const bool passed = report.outcome == ReportedOutcome::passed;
    xpassed_ = xpassed_ || (passed && report.was_xfail && report.phase == Phase::call);
}

TestOutcome ReportedPhases::outcome() const {
    if (call_failed_) {
        return TestOutcome::failed;
    }
    if (setup_failed_ || teardown_failed_) {
        return TestOutcome::error;
    }
    if (xfailed_) {
        return TestOutcome::xfailed;
    }
    if (xpassed_) {
        return TestOutcome::xpassed;
    }
    if (skipped_) {
        return TestOutcome::skipped;
    }
    return called_ ? TestOutcome::passed : TestOutcome::not_run;  // as with --setup-only
}

}  // namespace advisor
