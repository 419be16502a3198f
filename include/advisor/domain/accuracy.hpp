#pragma once

// How near predictions came to what was measured of real suites: the score that a release ships.

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

/// Of |predicted / measured - 1|, in per cent, over all parallel configurations that were measured.
struct ErrorFigures {
    double mean = 0.0;
    double median = 0.0;
    double p90 = 0.0;
    double max = 0.0;
};

/// Where measured values lay in the ranges that the model alone predicted: 0 at `mid`, 1 on the
/// edge of the range on their side, logarithmically between and beyond. One of each configuration
/// of a kind (kind_of) that was measured.
struct RangeScores {
    std::string kind;
    std::vector<double> wall;
    std::vector<double> speedup;
    friend bool operator==(const RangeScores&, const RangeScores&) = default;
};

struct SuiteAccuracy {
    std::string suite;
    std::uint64_t tests = 0;
    std::uint64_t points = 0;  ///< parallel configurations that were measured
    double mean_percent = 0.0;
    double max_percent = 0.0;
    double kendall_tau = 0.0;     ///< agreement of predicted and measured order, -1 to 1
    double regret_percent = 0.0;  ///< the recommended one's measured wall over the best, less 1
    std::string recommended;      ///< its spec
    std::vector<RangeScores> ranges;
    friend bool operator==(const SuiteAccuracy&, const SuiteAccuracy&) = default;
};

/// A rule of thumb, a simpler model, or ours without one of its parts, at the same points.
struct Rival {
    std::string name;
    ErrorFigures errors;
};

struct Accuracy {
    std::string date;    ///< ISO
    std::string commit;  ///< of advisor
    std::string cpu;
    std::uint32_t cores = 0;
    ErrorFigures errors;
    double speedup_mean_percent = 0.0;
    double regret_mean_percent = 0.0;
    double coverage_percent = 0.0;  ///< measured walls within the predicted range
    std::uint64_t slower_than_sequential = 0;
    std::vector<SuiteAccuracy> suites;
    std::vector<Rival> rivals;
};

}  // namespace advisor
