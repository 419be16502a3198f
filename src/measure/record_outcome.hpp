#pragma once

// The one outcome of a test, from the reports of its phases, by the rules of pytest's summary.

#include <advisor/domain/profile.hpp>
#include <advisor/store/record_stream.hpp>

namespace advisor {

class ReportedPhases {
public:
    /// Of a point that is a report.
    void add(const TestPoint& report);

    [[nodiscard]] bool any() const { return any_; }
    [[nodiscard]] bool failing() const { return setup_failed_ || call_failed_ || teardown_failed_; }

    /// True once the tear-down has its report: nothing of the test is left to run.
    [[nodiscard]] bool whole() const { return torn_down_; }

    /// Of a test whose run is over. A failing call outweighs a failing tear-down.
    [[nodiscard]] TestOutcome outcome() const;

private:
    bool any_ = false;
    bool setup_failed_ = false;
    bool called_ = false;
    bool call_failed_ = false;
    bool teardown_failed_ = false;
    bool torn_down_ = false;
    bool skipped_ = false;
    bool xfailed_ = false;
    bool xpassed_ = false;
};

}  // namespace advisor
