#include "advise/candidates.hpp"

#include <advisor/advise/advise.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "advise/shares.hpp"

namespace advisor {

namespace {

constexpr double k_waiting_share = 0.3;
constexpr std::uint32_t k_waiting_workers = 16;
/// More lanes than this have never paid in one interpreter: the GIL's queue grows with them.
constexpr std::uint32_t k_most_lanes = 16;

std::uint32_t whole_cores(double cores) {
    return std::max(1U, static_cast<std::uint32_t>(std::ceil(cores)));
}

}  // namespace

bool waits(double waiting) {
    return waiting >= k_waiting_share;
}

std::uint32_t worker_limit(double cores, double waiting, std::size_t tests) {
    std::uint32_t limit = 2 * whole_cores(cores);
    if (waits(waiting)) {
        limit = std::max(limit, k_waiting_workers);
    }
    const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(tests, k_most_workers));
    return std::min(limit, most);
}

std::vector<std::uint32_t> worker_ladder(std::uint32_t limit, double cores) {
    std::set<std::uint32_t> rungs;
    for (std::uint32_t power = 2; power <= limit; power *= 2) {
        rungs.insert(power);
        rungs.insert(power + power / 2);
    }
    rungs.insert(whole_cores(cores));
    rungs.insert(limit);
    std::vector<std::uint32_t> ladder;
    std::copy_if(rungs.begin(), rungs.end(), std::back_inserter(ladder), [&](std::uint32_t rung) {
        return rung >= 2 && rung <= limit;
    });
    return ladder;
}

std::vector<Distribution> stock_distributions(bool groups) {
    std::vector<Distribution> all{
        Distribution::load,
        Distribution::loadscope,
        Distribution::loadfile,
        Distribution::worksteal};
    if (groups) {
        all.push_back(Distribution::loadgroup);
    }
    return all;
}

Configuration processes(std::uint32_t workers, Distribution dist) {
    Configuration configuration;
    configuration.runner = Processes{workers, dist, std::nullopt, true};
    return configuration;
}

std::vector<Configuration> candidates(const Profile& profile, const AdviseOptions& options) {
    const Shares shares = shares_of(profile);
    const double cores = profile.host.usable_cores();
    const std::uint32_t limit = options.most_workers > 0
                                    ? std::min(options.most_workers, k_most_workers)
                                    : worker_limit(cores, shares.waiting(), shares.executed);
    std::vector<Distribution> dists = stock_distributions(has_groups(profile));
    if (options.ability.planned) {
        dists.push_back(Distribution::planned);
    }
    std::vector<Configuration> wanted{Configuration{}};
    for (const std::uint32_t workers : worker_ladder(limit, cores)) {
        for (const Distribution dist : dists) {
            wanted.push_back(processes(workers, dist));
        }
        Configuration other;
        other.runner = Forked{workers, 1};
        wanted.push_back(other);
        if (workers <= k_most_lanes) {
            other.runner = Threads{workers};
            wanted.push_back(other);
        }
    }
    wanted.insert(wanted.end(), options.asked_for.begin(), options.asked_for.end());

    std::set<std::string> seen;
    std::vector<Configuration> unique;
    std::copy_if(
        wanted.begin(),
        wanted.end(),
        std::back_inserter(unique),
        [&](const Configuration& configuration) { return seen.insert(spec(configuration)).second; }
    );
    return unique;
}

}  // namespace advisor
