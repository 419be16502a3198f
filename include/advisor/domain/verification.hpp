#pragma once

// What `advisor verify` saw: predictions beside the walls of runs in turns.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>

#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// One configuration, run once in each round.
struct VerifiedConfiguration {
    Prediction prediction;
    std::vector<Seconds> walls;     ///< by round
    std::vector<int> exit_codes;    ///< by round: as a sequential run means them
    std::optional<Seconds> wall;    ///< median; this and the next are what verify() concludes
    std::optional<double> speedup;  ///< median over the rounds of the sequential wall over this one
    std::string broken_because;     ///< why it is worse than promised; empty if it is not
    friend bool operator==(const VerifiedConfiguration&, const VerifiedConfiguration&) = default;
};

struct Verification {
    std::vector<VerifiedConfiguration> configurations;  ///< the first is sequential
    /// By how much the walls of one configuration differ between rounds, as a part of it: half the
    /// range over the median, the median of all configurations. Absent after a single round.
    std::optional<double> noise;
    bool holds = true;  ///< no configuration is worse than promised
    std::string reason;
    friend bool operator==(const Verification&, const Verification&) = default;
};

}  // namespace advisor
