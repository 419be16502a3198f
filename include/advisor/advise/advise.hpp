#pragma once

// From a profile to ranked predictions with a recommendation, its reason and findings.
//
// Ranking. Rank 1 is chosen from all predictions, rank 2 from those left, and so on. A choice looks
// at the *tie set*: everything whose wall.mid is within max(3 %, noise of the profile) of the
// smallest one. Inside it the order is: no hazard, fits the memory with 20 % to spare, fewest
// workers, keeps scopes together, lowest wall.high, spec in alphabetical order. Ranks say what
// would be fastest, whether or not it can be run here.
//
// Recommendation. The same choice, but only among what may be recommended: it can run here, on
// this machine alone, fits the memory, and is at its high end not slower than sequential, with a
// gain of at least 10 % and half a second (k_least_gain, k_least_saving); sequential itself always
// may. Half a second, and not the two that one would demand of a nightly job: a developer who
// waits 3 s ten times an hour does want 1.5 s. Threads only where a run on threads has been
// measured that ended as the recording did: what tests share shows when they do.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/measured_run.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// Below either of these nobody should take on the hazards of running in parallel.
inline constexpr double k_least_gain = 0.10;
inline constexpr Seconds k_least_saving{0.5};

/// Whether the executor can run a kind of configuration here, and if not, why.
struct Ability {
    bool xdist = false;  ///< importable by the suite's interpreter
    bool planned = false;
    bool forked = false;
    bool threads = false;
    std::string xdist_because;
    std::string planned_because;
    std::string forked_because;
    std::string threads_because;
};

/// Why a suite cannot be run so, as its recording shows, whatever the interpreter can do: forked
/// workers would refuse it, or pytest-xdist, since the order of collection differs from run to run.
[[nodiscard]] std::optional<std::string>
forbidden_by_recording(const Profile& profile, const Configuration& configuration);

struct AdviseOptions {
    std::uint32_t most_workers = 0;  ///< 0: chosen from the machine's cores and the waiting share
    std::vector<Configuration> asked_for;  ///< always among the predictions
    std::vector<MeasuredRun> measured;     ///< of this suite on its machine
    Ability ability;
    std::uint64_t seed = 1;
};

/// Candidates for a machine: sequential; xdist's distributions, forked workers and threads over a
/// ladder of worker counts up to the limit; `asked_for` added; no duplicates. `planned` only where
/// it can run, `loadgroup` only where a test has an xdist_group mark. The order depends on the
/// arguments alone.
[[nodiscard]] std::vector<Configuration>
candidates(const Profile& profile, const AdviseOptions& options);

/// Predicts every candidate, learns from the measured runs (model/learning.hpp), ranks, marks ties,
/// recommends the best that can run, explains it. `Prediction::command` is left empty: how a
/// configuration is spelt is the dialect's business.
[[nodiscard]] Advice
advise(const Profile& profile, const ModelParameters& parameters, const AdviseOptions& options);

}  // namespace advisor
