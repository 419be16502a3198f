#pragma once

// How fast processes progress that share the cores of one machine.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace advisor::model {

/// Processes that are alike: the fraction of its time alone in which each computes, and on how many
/// cores then.
struct CoreUse {
    double fraction = 0.0;
    double width = 1.0;
    double count = 1.0;
    friend bool operator==(const CoreUse&, const CoreUse&) = default;
};

[[nodiscard]] CoreUse core_use(const Demand& demand);

class CoreSharing {
public:
    CoreSharing(const ModelParameters& parameters, const Machine& machine);

    /// Progress of each entry's processes, 1 being as fast as alone. Valid until the next call.
    [[nodiscard]] std::span<const double> rates(std::span<const CoreUse> processes);

    /// Of a further process among those of the last call, one that computes such a fraction. Below
    /// and above the fractions of those its computing is stretched as that of the nearest is.
    [[nodiscard]] double rate(double fraction) const;

    /// mu(j) for a whole number of computing processes: at most j, the cores and what calibration
    /// measured.
    [[nodiscard]] double capacity(double computing) const;
    [[nodiscard]] double most_capacity() const { return most_; }

private:
    enum class Solution : std::uint8_t { undisturbed, exact, mean_field };
    void solve_exactly(std::span<const CoreUse> processes);
    void solve_mean_field(std::span<const CoreUse> processes);
    /// What a slowdown leaves computed beyond the capacity, and its derivative.
    struct Surplus {
        double value = 0.0;
        double slope = 0.0;
    };
    [[nodiscard]] Surplus surplus(std::span<const CoreUse> processes, double slowdown) const;
    void build_distribution(std::span<const CoreUse> processes);
    [[nodiscard]] double rate_without(double fraction) const;
    void choose_nodes(std::span<const CoreUse> processes);
    [[nodiscard]] double slowness(double fraction) const;

    std::vector<double> capacity_;  ///< mu(0), mu(1), ... until it stays as it is
    double most_ = 0.0;
    std::size_t undisturbed_ = 0;       ///< so many computing processes do not slow each other
    std::vector<double> weights_;       ///< w_k
    std::vector<double> distribution_;  ///< p_k
    std::size_t factors_ = 0;
    double normaliser_ = 1.0;
    std::vector<double> node_at_;                ///< fractions, ascending
    std::vector<double> difference_;             ///< of 1 / rate over them
    Solution solution_ = Solution::undisturbed;  ///< of the last call
    double last_slowdown_ = 2.0;                 ///< where to look for the next one first
    std::vector<double> rates_;
};

}  // namespace advisor::model
