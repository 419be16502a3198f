#pragma once

// Charges events to the tests in whose time the run's counters grew. What a counter grew by between
// two readings is shared out among the spans between them by the CPU time that each is estimated to
// have used there: its wall there, by the CPU per wall of its account (of all threads, and of child
// processes). Where none of them used any, by wall alone. A scaled counter that goes down has not
// grown until it is above where it was.

#include <cstdint>
#include <string>
#include <vector>

#include "measure/count_log.hpp"
#include "measure/record_run.hpp"

namespace advisor {

/// Sets `counts` of each test that began: one for each of the events that are returned, which are
/// those that were read twice. `run` is closed, and its process ended at `exit_ns`.
[[nodiscard]] std::vector<std::string>
charge_counts(RecordedRun& run, const CountLog& log, std::uint64_t exit_ns);

}  // namespace advisor
