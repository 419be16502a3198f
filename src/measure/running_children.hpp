#pragma once

// Charges the CPU of child processes to the tests and fixtures in whose time they used it. The
// recorder knows of it when somebody has waited for them, and charges it all to who did: right for
// a test that runs a program, wrong for a server that a session fixture stops in the end. What was
// seen of a process while it ran is taken from who waited for it, and given to the time in which
// it was seen to grow, by wall between two readings.

#include <vector>

#include "measure/record_run.hpp"
#include "measure/sample_log.hpp"

namespace advisor {

/// `readings` in order of time; `run` is not closed yet.
void charge_running_children(RecordedRun& run, const std::vector<ChildrenReading>& readings);

}  // namespace advisor
