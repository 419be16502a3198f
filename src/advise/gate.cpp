#include "advisor/advise/gate.hpp"

#include <advisor/base/text.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "advise/candidates.hpp"
#include "advise/changes.hpp"
#include "advise/gate_rule.hpp"
#include "advise/options.hpp"
#include "advise/shares.hpp"

namespace advisor {

namespace {

/// Beyond this share of the machine for others, durations say nothing.
constexpr double k_unfit = 0.30;
/// With fewer tests in common the machines' speeds cannot be told from the change.
constexpr double k_least_common = 0.5;
constexpr std::uint32_t k_least_wide = 4;

std::string minor_version(const std::string& version) {
    const std::size_t first = version.find('.');
    return first == std::string::npos ? version : version.substr(0, version.find('.', first + 1));
}

Status comparable(const Profile& base, const Profile& head, const Changes& changes) {
    const auto refuse = [](std::string because, std::string hint) {
        return fail(
            ErrorKind::input, "cannot compare the two profiles", std::move(because), std::move(hint)
        );
    };
    const Interpreter& before = base.interpreter;
    const Interpreter& after = head.interpreter;
    if (before.implementation != after.implementation
        || minor_version(before.version) != minor_version(after.version)
        || before.free_threaded != after.free_threaded) {
        return refuse(
            fmt::format(
                "base ran on {} {}{}, head on {} {}{}",
                before.implementation,
                before.version,
                before.free_threaded ? " without the GIL" : "",
                after.implementation,
                after.version,
                after.free_threaded ? " without the GIL" : ""
            ),
            "profile both with the same interpreter"
        );
    }
    if (base.tests.empty() || head.tests.empty()) {
        return refuse(
            fmt::format("{} has no tests", base.tests.empty() ? "base" : "head"),
            "profile a suite that pytest can collect"
        );
    }
    if (changes.matching.common_tests == 0) {
        return refuse(
            "no test is in both", "give two profiles of the same suite, run from the same directory"
        );
    }
    return {};
}

double taken_by_others(const Disturbance& disturbance) {
    return disturbance.steal_fraction.value_or(0.0) + disturbance.foreign_fraction.value_or(0.0);
}

/// A verdict without a comparison, where the profiles do not allow one.
std::optional<GateVerdict>
refused(const Profile& base, const Profile& head, const Changes& changes) {
    const auto verdict = [&](GateOutcome outcome, std::string reason) {
        GateVerdict refusal;
        refusal.outcome = outcome;
        refusal.reason = std::move(reason);
        refusal.tests_added = changes.tests_added;
        refusal.tests_removed = changes.tests_removed;
        return refusal;
    };
    const std::pair<const char*, const Profile*> sides[]{{"base", &base}, {"head", &head}};
    for (const auto& [name, profile] : sides) {
        if (!profile->run.complete) {
            return verdict(
                GateOutcome::inconclusive,
                fmt::format(
                    "the profile of {} is incomplete: {}", name, profile->run.incomplete_because
                )
            );
        }
    }
    for (const auto& [name, profile] : sides) {
        const double others = taken_by_others(profile->disturbance);
        if (others > k_unfit) {
            return verdict(
                GateOutcome::unfit,
                fmt::format(
                    "others used {} of the machine while {} was profiled; above {} durations say "
                    "nothing",
                    format_percent(others),
                    name,
                    format_percent(k_unfit)
                )
            );
        }
    }
    const auto larger = static_cast<double>(std::max(base.tests.size(), head.tests.size()));
    const auto common = static_cast<double>(changes.matching.common_tests);
    if (common < k_least_common * larger) {
        return verdict(
            GateOutcome::inconclusive,
            fmt::format(
                "only {} of {} tests are in both profiles", changes.matching.common_tests, larger
            )
        );
    }
    return std::nullopt;
}

/// `load`, which most teams run, and base's best distribution, each on as many workers as there
/// are cores, and on more of them so that a fixture repeated by each worker shows.
std::vector<Configuration> default_configurations(const Profile& base, const WallOf& wall_of) {
    const auto cores =
        std::max(2U, static_cast<std::uint32_t>(std::ceil(base.host.usable_cores())));
    std::vector<Configuration> configurations;
    for (const std::uint32_t workers : {cores, std::max(k_least_wide, 2 * cores)}) {
        const Configuration load = processes(workers, Distribution::load);
        Configuration best = load;
        Seconds least = wall_of(base, load);
        for (const Distribution dist : stock_distributions(has_groups(base))) {
            const Configuration candidate = processes(workers, dist);
            const Seconds wall = wall_of(base, candidate);
            if (wall < least) {
                least = wall;
                best = candidate;
            }
        }
        configurations.push_back(load);
        if (best != load) {
            configurations.push_back(best);
        }
    }
    return configurations;
}

}  // namespace

Result<GateVerdict> gate(
    const Profile& base,
    const Profile& head,
    const ModelParameters& parameters,
    const GateOptions& options
) {
    const Changes changes = changes_between(base, head);
    if (const Status status = comparable(base, head, changes); !status) {
        return tl::unexpected(status.error());
    }
    if (auto refusal = refused(base, head, changes)) {
        refusal->threshold = options.threshold;
        return *std::move(refusal);
    }
    const Machine machine = machine_of(base.host);
    const PredictionOptions how = prediction_options(base.interpreter, options.seed);
    const WallOf wall_of = [&](const Profile& profile, const Configuration& configuration) {
        const Workload workload = make_workload(profile, parameters.recorder);
        return simulate(workload, configuration, parameters, machine, how).wall;
    };
    const std::vector<Configuration> configurations = options.configurations.empty()
                                                          ? default_configurations(base, wall_of)
                                                          : options.configurations;
    return decide(base, changes, configurations, options.threshold, wall_of);
}

}  // namespace advisor
