#pragma once

// Gives the samples of a run to its tests, fixtures and phases, by time.
//
// Samples tell shares, marks tell totals, exactly: time holding the GIL is
//   CPU x P(held | on a core) + blocked x P(held | blocked),
// so that a machine on which the suite waited for a core, or the sampler for its turn, biases
// nothing. (A thread that waits for a core has mostly just come out of a system call, without the
// GIL.) Where there is a single core, the sampler never sees the suite on it; then what was
// runnable must do. The shares of short spans are drawn towards those of their file
// (shrinkage.hpp). How blocked time is split by reason stands in wait_split.hpp.

#include <advisor/domain/profile.hpp>

#include "measure/record_run.hpp"
#include "measure/sample_log.hpp"

namespace advisor {

/// Fills `gil_held` and `waits` in `run`, but where the log says that it is of no use for them, and
/// the former not where it was counted.
/// Nothing if no sample fell into the recorded time. `run` is closed.
[[nodiscard]] std::optional<Sampling> apply_samples(RecordedRun& run, const SampleLog& log);

}  // namespace advisor
