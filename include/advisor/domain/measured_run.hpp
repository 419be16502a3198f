#pragma once

// What runs of a suite took on a machine, kept for the next advice.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>

#include <string>
#include <vector>

namespace advisor {

/// A whole run that ended by itself, beside what the model alone had predicted of it.
struct MeasuredRun {
    Configuration configuration;
    Seconds predicted;  ///< wall, without what runs before it had taught
    Seconds wall;
    int exit_code = 0;  ///< as a sequential run means it
    std::string ended_utc;
    friend bool operator==(const MeasuredRun&, const MeasuredRun&) = default;
};

/// Of one suite, where the same things were predicted of the same machine and versions.
struct MeasuredRuns {
    Host host;
    Interpreter interpreter;
    std::string calibration;        ///< what the predictions rest on
    std::vector<MeasuredRun> runs;  ///< oldest first
    friend bool operator==(const MeasuredRuns&, const MeasuredRuns&) = default;
};

}  // namespace advisor
