#pragma once

// Shares of many spans of which most have few samples: each is drawn towards that of its group, and
// the group's towards that of all, the more the fewer samples it has and the more alike they are.
//
// Model (beta-binomial, empirical Bayes): k of n samples of a span, whose share is Beta(s m,
// s(1-m)) distributed with the mean m of its group and the strength s. Then, with rho = 1 / (s +
// 1),
//   Var(k / n) = m (1 - m) (1 + (n - 1) rho) / n,
// from which rho follows by moments over all groups: sum n (k/n - m)^2 has the expectation
// sum m (1 - m) [(spans - 1) + rho sum (n - 1)] (Kleinman 1973, "Proportions with extraneous
// variance"). The posterior of a span has mean (k + s m) / (n + s). Its variance is that of a share
// of which k + s m of n + s samples speak and which any value was as likely for before (Laplace's
// rule of succession), so that it does not vanish where all samples said the same. Groups among all
// are treated likewise. Wrong where the spans of a group are of two kinds with nothing in between:
// then short ones get shares between the two.

#include <cstdint>
#include <span>
#include <vector>

namespace advisor {

struct Trial {
    std::uint32_t hits = 0;
    std::uint32_t samples = 0;
    std::uint32_t group = 0;  ///< counts up from 0
};

/// An estimate on one level, given that on the level above.
struct Share {
    double mean = 0.0;
    double variance = 0.0;
    double weight_above = 1.0;  ///< part of the mean above in `mean`
};

struct Shares {
    std::vector<Share> spans;
    std::vector<Share> groups;
    double variance_of_all = 0.0;

    /// Variance of the sum of weight times mean. Spans of one group share the error of its mean,
    /// and groups that of the mean of all.
    [[nodiscard]] double
    variance_of_sum(std::span<const Trial> trials, std::span<const double> weights) const;
};

/// `prior` is the share of all without any sample; it counts as one sample.
[[nodiscard]] Shares shrunk_shares(std::span<const Trial> trials, double prior);

}  // namespace advisor
