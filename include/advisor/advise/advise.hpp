#pragma once

// From a profile to ranked predictions with a recommendation, its reason and findings.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

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

struct AdviseOptions {
    std::uint32_t most_workers = 0;  ///< 0: chosen from the machine's cores and the waiting share
    std::vector<Configuration> asked_for;  ///< always among the predictions
    Ability ability;
    std::uint64_t seed = 1;
};

/// Candidates for a machine: sequential; xdist's distributions, forked workers and threads over a
/// ladder of worker counts up to the limit; `asked_for` added; no duplicates.
[[nodiscard]] std::vector<Configuration>
candidates(const Profile& profile, const AdviseOptions& options);

/// Predicts every candidate, ranks, marks ties, recommends the best that can run, explains it.
/// Never recommends what is predicted, at its high end, slower than sequential.
[[nodiscard]] Advice
advise(const Profile& profile, const ModelParameters& parameters, const AdviseOptions& options);

}  // namespace advisor
