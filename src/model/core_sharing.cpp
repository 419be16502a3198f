#include "model/core_sharing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace advisor::model {

namespace {

/// Above this many computing processes the mean field replaces the exact sums, whose cost grows
/// with the square; its error at the knee falls with the square root of the number.
constexpr std::size_t k_most_exact = 48;
constexpr int k_most_steps = 60;
/// Of a step of Newton's. The error left behind one is about its square.
constexpr double k_tolerance = 1e-5;
/// So many rates are computed; those of other fractions lie on a polynomial through them.
constexpr std::size_t k_nodes = 4;
constexpr double k_least_distance = 1e-3;  ///< of two of them

/// Factors that a process contributes to the distribution: one for each core it computes on.
double factors_of(const CoreUse& use) {
    const double all = use.width > 1.0 ? std::ceil(use.width) : 1.0;
    return use.fraction > 0.0 ? all : 0.0;
}

/// The fraction of the `i`-th factor: a width of 2.5 is two whole companions and a half one.
double factor_fraction(const CoreUse& use, std::size_t i) {
    return use.fraction * std::min(1.0, use.width - static_cast<double>(i));
}

}  // namespace

CoreUse core_use(const Demand& demand) {
    const double alone = demand.alone().value();
    const double computing = (demand.cpu - demand.overlapped).value();
    if (alone <= 0.0 || computing <= 0.0) {
        return {};
    }
    return {std::min(1.0, computing / alone), std::max(1.0, demand.cpu.value() / computing)};
}

CoreSharing::CoreSharing(const ModelParameters& parameters, const Machine& machine)
    : capacity_{0.0},
      weights_(k_most_exact + 1, 1.0),
      distribution_(k_most_exact + 1, 0.0) {
    const double cores = std::max(machine.cores, 0.01);
    const double measured =
        parameters.capacity.empty() ? cores : parameters.capacity.back().runnable;
    const auto last = static_cast<std::size_t>(std::max(1.0, std::ceil(std::min(cores, measured))));
    for (std::size_t number = 1; number <= last; ++number) {
        const auto computing = static_cast<double>(number);
        const double curve =
            parameters.capacity.empty() ? computing : capacity_at(parameters, computing);
        capacity_.push_back(std::max(0.01, std::min({curve, cores, computing})));
    }
    most_ = *std::max_element(capacity_.begin(), capacity_.end());
    while (undisturbed_ + 1 < capacity_.size()
           && capacity_[undisturbed_ + 1] >= static_cast<double>(undisturbed_ + 1)) {
        ++undisturbed_;
    }
    // w_k = prod_{j <= k} j / mu(j)
    for (std::size_t k = 1; k <= k_most_exact; ++k) {
        const auto computing = static_cast<double>(k);
        weights_[k] = weights_[k - 1] * computing / capacity(computing);
    }
}

double CoreSharing::capacity(double computing) const {
    const auto last = static_cast<double>(capacity_.size() - 1);
    if (computing >= last) {
        return capacity_.back();
    }
    const double below = std::floor(computing);
    const auto i = static_cast<std::size_t>(below);
    return capacity_[i] + (computing - below) * (capacity_[i + 1] - capacity_[i]);
}

std::span<const double> CoreSharing::rates(std::span<const CoreUse> processes) {
    double factors = 0.0;
    for (const CoreUse& use : processes) {
        factors += use.count * factors_of(use);
    }
    solution_ = Solution::undisturbed;
    if (factors > static_cast<double>(k_most_exact)) {
        solve_mean_field(processes);
    } else if (factors > static_cast<double>(undisturbed_)) {
        factors_ = static_cast<std::size_t>(factors);
        solve_exactly(processes);
    }
    rates_.clear();
    for (const CoreUse& use : processes) {
        rates_.push_back(rate(use.fraction));
    }
    return rates_;
}

double CoreSharing::rate(double fraction) const {
    if (solution_ == Solution::undisturbed || fraction <= 0.0) {
        return 1.0;
    }
    return solution_ == Solution::exact ? std::min(1.0, 1.0 / slowness(fraction))
                                        : 1.0 / (1.0 - fraction + fraction * last_slowdown_);
}

// Processes that alternate between computing on shared cores and waiting form a product-form
// network (Baskett, Chandy, Muntz and Palacios, 1975; processor sharing and delay), so that only
// the fractions f_i matter and not the lengths of the bursts:
//   P(set K computes) ~ w_|K| prod_{i in K} f_i prod_{i not in K} (1 - f_i)
//   rate_i = sum_k w_k q_k / sum_k w_k p_k
// with p_k the probability that k of all would compute if cores were free, and q_k the same
// without i. Written with probabilities instead of the usual f/(1-f) the sums stay in range for
// f = 1. Wrong where processes wait for each other; then less is computed at once.
// A process on several cores counts as companions of equal fraction that come and go on their own.
void CoreSharing::solve_exactly(std::span<const CoreUse> processes) {
    build_distribution(processes);
    choose_nodes(processes);
    solution_ = node_at_.empty() ? Solution::undisturbed : Solution::exact;
}

// 1 / rate_i is very nearly linear in f_i (exactly so in the mean field below), which saves most of
// the divisions of polynomials where fractions are many: they are made for the lowest and the
// highest fraction and those nearest to two points between. Newton's divided differences.
void CoreSharing::choose_nodes(std::span<const CoreUse> processes) {
    double low = 1.0;
    double high = 0.0;
    for (const CoreUse& use : processes) {
        if (use.fraction > 0.0 && use.count > 0.0) {
            low = std::min(low, use.fraction);
            high = std::max(high, use.fraction);
        }
    }
    node_at_.clear();
    for (std::size_t node = 0; node < k_nodes; ++node) {
        const double wanted = low + (high - low) * static_cast<double>(node) / (k_nodes - 1);
        double nearest = low;
        for (const CoreUse& use : processes) {
            const bool nearer = std::abs(use.fraction - wanted) < std::abs(nearest - wanted);
            nearest = use.fraction > 0.0 && use.count > 0.0 && nearer ? use.fraction : nearest;
        }
        if (node_at_.empty() || nearest - node_at_.back() > k_least_distance) {
            node_at_.push_back(nearest);
        }
    }
    difference_.clear();
    for (const double fraction : node_at_) {
        difference_.push_back(1.0 / rate_without(fraction));
    }
    for (std::size_t order = 1; order < node_at_.size(); ++order) {
        for (std::size_t i = node_at_.size() - 1; i >= order; --i) {
            difference_[i] =
                (difference_[i] - difference_[i - 1]) / (node_at_[i] - node_at_[i - order]);
        }
    }
}

/// 1 / rate of a process that computes such a fraction. The polynomial is not to be trusted beyond
/// its nodes; there computing takes longer by the same factor as at the nearest.
double CoreSharing::slowness(double fraction) const {
    const double node = std::clamp(fraction, node_at_.front(), node_at_.back());
    double value = difference_.back();
    for (std::size_t i = node_at_.size() - 1; i > 0; --i) {
        value = value * (node - node_at_[i - 1]) + difference_[i - 1];
    }
    return 1.0 + (value - 1.0) * fraction / node;
}

void CoreSharing::build_distribution(std::span<const CoreUse> processes) {
    distribution_[0] = 1.0;
    std::size_t size = 0;
    for (const CoreUse& use : processes) {
        const auto companions = static_cast<std::size_t>(factors_of(use));
        const std::size_t factors = companions * static_cast<std::size_t>(use.count);
        for (std::size_t i = 0; i < factors; ++i) {
            const double f = factor_fraction(use, i % companions);
            distribution_[++size] = 0.0;
            for (std::size_t k = size; k > 0; --k) {
                distribution_[k] += f * (distribution_[k - 1] - distribution_[k]);
            }
            distribution_[0] -= f * distribution_[0];
        }
    }
    normaliser_ = 0.0;
    for (std::size_t k = 0; k <= factors_; ++k) {
        normaliser_ += weights_[k] * distribution_[k];
    }
}

/// Divides the factor (1 - f) + f z out again, from the end at which the division is stable.
double CoreSharing::rate_without(double fraction) const {
    double sum = 0.0;
    double q = 0.0;
    if (fraction <= 0.5) {
        const double scale = 1.0 / (1.0 - fraction);
        for (std::size_t k = 0; k < factors_; ++k) {
            q = std::max(0.0, (distribution_[k] - fraction * q) * scale);
            sum += weights_[k] * q;
        }
    } else {
        const double scale = 1.0 / fraction;
        for (std::size_t k = factors_; k > 0; --k) {
            q = std::max(0.0, (distribution_[k] - (1.0 - fraction) * q) * scale);
            sum += weights_[k - 1] * q;
        }
    }
    return std::min(1.0, sum / normaliser_);
}

// All computing is slowed by one factor s: process i computes f_i s / (1 - f_i + f_i s) of its
// time, and s is such that what is computed equals mu(number computing).
CoreSharing::Surplus
CoreSharing::surplus(std::span<const CoreUse> processes, double slowdown) const {
    double computed = 0.0;  // cores that s leaves in use
    double change = 0.0;    // of that with s, negative
    double more = 0.0;      // of the number computing with s
    for (const CoreUse& use : processes) {
        const double share = 1.0 / (1.0 - use.fraction + use.fraction * slowdown);
        const double each = use.count * use.width * use.fraction * share;
        computed += each;
        change -= each * use.fraction * share;
        more += each * (1.0 - use.fraction) * share;
    }
    const double computing = computed * slowdown;
    const double rise = capacity(computing + 0.5) - capacity(computing - 0.5);
    return {computed - capacity(computing), change - rise * more};
}

/// Newton's steps from the last solution, which is near as one process seldom matters; the surplus
/// is convex and falling for a concave curve. For any other the bracket keeps the steps in bounds.
void CoreSharing::solve_mean_field(std::span<const CoreUse> processes) {
    double low = 1.0;
    double high = std::numeric_limits<double>::infinity();
    double slowdown = last_slowdown_;
    for (int step = 0; step < k_most_steps; ++step) {
        const Surplus there = surplus(processes, slowdown);
        (there.value > 0.0 ? low : high) = slowdown;
        double next = slowdown - there.value / there.slope;
        if (next <= 1.0 && surplus(processes, 1.0).value <= 0.0) {
            return;
        }
        if (!(next > low && next < high)) {
            next = std::isinf(high) ? 2.0 * low : (low + high) / 2;
        }
        const double moved = std::abs(next - slowdown);
        slowdown = next;
        if (moved < k_tolerance * slowdown) {
            break;
        }
    }
    last_slowdown_ = slowdown;
    solution_ = Solution::mean_field;
}

}  // namespace advisor::model
