#pragma once

// How a run ended: the outcome of every test, and why a recording does not tell the whole run.

#include <advisor/domain/profile.hpp>

#include <string>

#include "measure/record_run.hpp"

namespace advisor {

struct RunFacts;

/// Of the test at this position, when nothing more will be recorded.
[[nodiscard]] TestOutcome outcome_of(const RecordedRun& run, std::size_t test);

/// Empty if pytest's session came to its end and every collected test ran, and all of it was
/// recorded; else the first reason that explains what is missing.
[[nodiscard]] std::string
incomplete_because(const RecordedRun& run, const RunFacts& facts, const Profile& profile);

}  // namespace advisor
