#include "measure/shrinkage.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace advisor {

namespace {

struct Beta {
    double mean = 0.0;
    double strength = 1.0;
};

/// The strength by moments; `centre(i)` is the mean that trial i is compared with, `fitted` how
/// many of these means were estimated from the trials themselves.
template <typename Centre>
double strength_of(std::span<const Trial> trials, const Centre& centre, double fitted) {
    double spread = 0;    // sum n (k/n - m)^2
    double binomial = 0;  // sum m (1 - m)
    double extra = 0;     // sum m (1 - m) (n - 1)
    double spans = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (trials[i].samples == 0) {
            continue;
        }
        const double n = trials[i].samples;
        const double m = centre(i);
        const double distance = trials[i].hits / n - m;
        spread += n * distance * distance;
        binomial += m * (1 - m);
        extra += m * (1 - m) * (n - 1);
        spans += 1;
    }
    constexpr double k_strongest = 1000;
    if (extra <= 0 || spans <= fitted) {
        return 1.0;  // nothing tells how alike they are: the prior counts as one sample
    }
    const double expected = binomial * (spans - fitted) / spans;
    const double rho = std::clamp((spread - expected) / extra, 1 / (k_strongest + 1), 0.99);
    return 1 / rho - 1;
}

/// Of a share of which `hits` of `weight` samples speak, given any share as likely as another
/// before them (Laplace): not zero where all said the same.
double variance_of(double hits, double weight) {
    const double mean = (hits + 1) / (weight + 2);
    return mean * (1 - mean) / (weight + 3);
}

Share posterior(const Trial& trial, const Beta& prior) {
    const double weight = trial.samples + prior.strength;
    const double hits = trial.hits + prior.strength * prior.mean;
    return {hits / weight, variance_of(hits, weight), prior.strength / weight};
}

std::vector<Trial> groups_of(std::span<const Trial> trials) {
    std::vector<Trial> groups;
    for (const Trial& trial : trials) {
        groups.resize(std::max<std::size_t>(groups.size(), trial.group + std::size_t{1}));
        groups[trial.group].hits += trial.hits;
        groups[trial.group].samples += trial.samples;
    }
    return groups;
}

}  // namespace

Shares shrunk_shares(std::span<const Trial> trials, double prior) {
    const std::vector<Trial> groups = groups_of(trials);
    Trial all;
    double seen_groups = 0;
    for (const Trial& group : groups) {
        all.hits += group.hits;
        all.samples += group.samples;
        seen_groups += group.samples > 0 ? 1 : 0;
    }
    const Share whole = posterior(all, {prior, 1.0});
    const double alike = strength_of(
        groups, [&](std::size_t) { return whole.mean; }, 1.0
    );
    Shares shares;
    shares.variance_of_all = variance_of(all.hits, all.samples);
    for (const Trial& group : groups) {
        shares.groups.push_back(posterior(group, {whole.mean, alike}));
    }
    const auto mean_above = [&](std::size_t i) { return shares.groups[trials[i].group].mean; };
    const double strength = strength_of(trials, mean_above, seen_groups);
    for (std::size_t i = 0; i < trials.size(); ++i) {
        shares.spans.push_back(posterior(trials[i], {mean_above(i), strength}));
    }
    return shares;
}

double
Shares::variance_of_sum(std::span<const Trial> trials, std::span<const double> weights) const {
    double sum = 0;
    double of_all = 0;
    std::vector<double> of_group(groups.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
        sum += weights[i] * weights[i] * spans[i].variance;
        of_group[trials[i].group] += weights[i] * spans[i].weight_above;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        sum += of_group[i] * of_group[i] * groups[i].variance;
        of_all += of_group[i] * groups[i].weight_above;
    }
    return sum + of_all * of_all * variance_of_all;
}

}  // namespace advisor
