#include "advisor/advise/verify.hpp"

#include <advisor/base/median.hpp>
#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace advisor {

namespace {

/// What a team would choose between: a runner of its own kind, of xdist the stock distributions
/// apart from ours.
std::string mode_of(const Configuration& configuration) {
    return is_planned(configuration) ? "planned" : std::string(kind_of(configuration));
}

std::vector<double> seconds_of(const std::vector<Seconds>& walls) {
    std::vector<double> seconds;
    seconds.reserve(walls.size());
    for (const Seconds wall : walls) {
        seconds.push_back(wall.value());
    }
    return seconds;
}

std::optional<double> noise_of(const std::vector<VerifiedConfiguration>& runs) {
    std::vector<double> noises;
    for (const VerifiedConfiguration& run : runs) {
        if (run.walls.size() > 1 && *run.wall > Seconds(0)) {
            const auto [low, high] = std::minmax_element(run.walls.begin(), run.walls.end());
            noises.push_back((*high - *low) / 2.0 / *run.wall);
        }
    }
    return noises.empty() ? std::nullopt : std::optional(median(noises));
}

double speedup_of(const VerifiedConfiguration& sequential, const VerifiedConfiguration& run) {
    std::vector<double> speedups;
    for (std::size_t round = 0; round < run.walls.size(); ++round) {
        const Seconds wall = run.walls[round];
        speedups.push_back(wall > Seconds(0) ? sequential.walls[round] / wall : 1.0);
    }
    return median(speedups);
}

std::string why_broken(
    const VerifiedConfiguration& sequential, const VerifiedConfiguration& run, double noise
) {
    for (std::size_t round = 0; round < run.exit_codes.size(); ++round) {
        if (run.exit_codes[round] != sequential.exit_codes[round]) {
            return fmt::format(
                "it exits with {} where the sequential run exits with {}",
                run.exit_codes[round],
                sequential.exit_codes[round]
            );
        }
    }
    const double promised = run.prediction.speedup.low;
    if (*run.speedup < promised * (1.0 - noise)) {
        return fmt::format(
            "it is {:.2f} times as fast as the sequential run, at least {:.2f} was promised",
            *run.speedup,
            promised
        );
    }
    return {};
}

std::string reason_for(const Verification& seen) {
    const auto broken = [](const VerifiedConfiguration& run) {
        return !run.broken_because.empty();
    };
    const auto first = std::find_if(seen.configurations.begin(), seen.configurations.end(), broken);
    if (first != seen.configurations.end()) {
        return fmt::format("{}: {}", label(first->prediction.configuration), first->broken_because);
    }
    return seen.noise ? "every configuration was as fast as promised, within the noise of the runs"
                      : "every configuration was as fast as promised, in a single round";
}

}  // namespace

std::vector<Prediction> worth_verifying(const Advice& advice, std::size_t most) {
    std::vector<Prediction> chosen;
    std::set<std::string> modes{mode_of({})};
    for (const Prediction& prediction : advice.predictions) {
        if (chosen.size() < most && prediction.can_run
            && modes.insert(mode_of(prediction.configuration)).second) {
            chosen.push_back(prediction);
        }
    }
    return chosen;
}

Verification verify(std::vector<VerifiedConfiguration> runs) {
    Verification seen;
    seen.configurations = std::move(runs);
    if (seen.configurations.empty() || seen.configurations.front().walls.empty()) {
        seen.holds = false;
        seen.reason = "nothing was run";
        return seen;
    }
    for (VerifiedConfiguration& run : seen.configurations) {
        run.wall = Seconds(median(seconds_of(run.walls)));
    }
    const VerifiedConfiguration& sequential = seen.configurations.front();
    seen.noise = noise_of(seen.configurations);
    for (VerifiedConfiguration& run : seen.configurations) {
        run.speedup = speedup_of(sequential, run);
        run.broken_because = why_broken(sequential, run, seen.noise.value_or(0.0));
        seen.holds = seen.holds && run.broken_because.empty();
    }
    seen.reason = reason_for(seen);
    return seen;
}

}  // namespace advisor
