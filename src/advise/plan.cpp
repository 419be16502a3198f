#include "advisor/advise/plan.hpp"

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "advise/candidates.hpp"
#include "advise/options.hpp"
#include "advise/plan_choice.hpp"
#include "advise/plan_reason.hpp"
#include "advise/ranking.hpp"
#include "advise/reason.hpp"
#include "advise/rebuild.hpp"
#include "advise/shard.hpp"
#include "advise/shares.hpp"

namespace advisor {

namespace {

/// What one machine count takes on a machine of given cores: depends on nothing else of its type.
struct Timing {
    Prediction slowest;
    std::vector<Seconds> walls;  ///< of each machine
};

/// By cores and spec.
using Timings = std::map<std::pair<std::uint32_t, std::string>, Timing>;

/// The suite dealt to `machines`; fewer parts where there are fewer files.
std::vector<Workload>
deal(const Profile& profile, const RecorderCost& recorder, std::uint32_t machines) {
    std::vector<Workload> parts;
    for (const auto& part : shard_indices(profile, machines)) {
        if (!part.empty()) {
            parts.push_back(make_workload(part_of(profile, part), recorder));
        }
    }
    return parts;
}

class Planner {
public:
    Planner(const Profile& profile, const ModelParameters& parameters, const PlanOptions& options)
        : profile_(profile),
          parameters_(parameters),
          options_(options),
          how_(prediction_options(profile.interpreter, options.seed)) {
        for (const MachineType& type : options.machines) {
            configurations_.emplace(type.cores, std::vector<Configuration>());
        }
        const Workload whole = make_workload(profile, parameters.recorder);
        for (auto& [cores, configurations] : configurations_) {
            configurations =
                options.configurations.empty() ? usual(whole, cores) : options.configurations;
        }
    }

    /// One machine count after the other, so that only one deal is in memory at a time.
    std::vector<Bounded> points() const {
        std::vector<std::vector<Bounded>> by_type(options_.machines.size());
        for (std::uint32_t machines = 1; machines <= most_machines(); ++machines) {
            const std::vector<Workload> parts = deal(profile_, parameters_.recorder, machines);
            if (parts.size() < machines) {
                break;  // further machines would stand idle
            }
            const Timings timings = timings_of(parts);
            for (std::size_t i = 0; i < by_type.size(); ++i) {
                const std::vector<Bounded> points =
                    points_of(options_.machines[i], machines, timings);
                by_type[i].insert(by_type[i].end(), points.begin(), points.end());
            }
        }
        std::vector<Bounded> all;
        for (std::vector<Bounded>& points : by_type) {
            std::move(points.begin(), points.end(), std::back_inserter(all));
        }
        return all;
    }

private:
    [[nodiscard]] std::uint32_t most_machines() const {
        std::uint32_t most = options_.most_machines;
        for (const Configuration& configuration : options_.configurations) {
            most = std::max(most, configuration.shards);
        }
        return most;
    }

    [[nodiscard]] std::vector<Configuration>
    usual(const Workload& whole, std::uint32_t cores) const {
        std::vector<Configuration> configurations{Configuration{}};
        if (cores > 1) {
            configurations.push_back(best_stock(whole, cores, cores));
        }
        if (waits(shares_of(profile_).waiting())) {
            configurations.push_back(best_stock(whole, cores, 2 * cores));
        }
        return configurations;
    }

    /// Judged on the whole suite; a shard of it has the same kind of tests.
    [[nodiscard]] Configuration
    best_stock(const Workload& whole, std::uint32_t cores, std::uint32_t workers) const {
        const ModelParameters parameters = parameters_for(cores);
        std::optional<Seconds> least;
        Configuration best;
        for (const Distribution dist : stock_distributions(has_groups(profile_))) {
            const Configuration candidate = processes(workers, dist);
            const Seconds wall = simulate(whole, candidate, parameters, machine(cores), how_).wall;
            if (!least || wall < *least) {
                least = wall;
                best = candidate;
            }
        }
        return best;
    }

    [[nodiscard]] ModelParameters parameters_for(std::uint32_t cores) const {
        return stretched(parameters_, profile_.host.usable_cores(), cores);
    }

    /// Memory is judged at each point, for every machine type by its own.
    [[nodiscard]] static Machine machine(std::uint32_t cores) {
        return {static_cast<double>(cores), Bytes(0)};
    }

    [[nodiscard]] Timing timing(
        const std::vector<Workload>& parts, std::uint32_t cores, const Configuration& configuration
    ) const {
        const ModelParameters parameters = parameters_for(cores);
        Timing timing;
        std::size_t slowest = 0;
        for (const Workload& part : parts) {
            timing.walls.push_back(
                simulate(part, configuration, parameters, machine(cores), how_).wall
            );
            if (timing.walls.back() > timing.walls[slowest]) {
                slowest = timing.walls.size() - 1;
            }
        }
        timing.slowest = predict(parts[slowest], configuration, parameters, machine(cores), how_);
        return timing;
    }

    /// What is to be run on `machines` of these cores, each with its own shard.
    [[nodiscard]] std::vector<Configuration>
    configurations_for(std::uint32_t cores, std::uint32_t machines) const {
        std::vector<Configuration> wanted;
        for (Configuration configuration : configurations_.at(cores)) {
            const bool any_count = configuration.shards == 1;
            if (any_count ? machines > options_.most_machines : configuration.shards != machines) {
                continue;
            }
            configuration.shards = 1;
            if (std::find(wanted.begin(), wanted.end(), configuration) == wanted.end()) {
                wanted.push_back(configuration);
            }
        }
        return wanted;
    }

    [[nodiscard]] Timings timings_of(const std::vector<Workload>& parts) const {
        const auto machines = static_cast<std::uint32_t>(parts.size());
        Timings timings;
        for (const auto& [cores, unused] : configurations_) {
            for (const Configuration& each : configurations_for(cores, machines)) {
                timings.emplace(std::pair(cores, spec(each)), timing(parts, cores, each));
            }
        }
        return timings;
    }

    [[nodiscard]] std::vector<Bounded>
    points_of(const MachineType& type, std::uint32_t machines, const Timings& timings) const {
        std::vector<Bounded> points;
        for (Configuration each : configurations_for(type.cores, machines)) {
            const Timing& time = timings.at({type.cores, spec(each)});
            each.shards = machines;
            points.push_back(point_of(type, each, time));
        }
        return points;
    }

    [[nodiscard]] Bounded point_of(
        const MachineType& type, const Configuration& configuration, const Timing& time
    ) const {
        Bounded bounded;
        PlanPoint& point = bounded.point;
        point.machine = type;
        point.configuration = configuration;
        point.wall = {
            time.slowest.wall.low + type.setup,
            time.slowest.wall.mid + type.setup,
            time.slowest.wall.high + type.setup};
        point.peak_memory = time.slowest.peak_memory;
        point.fits_memory = fits(time.slowest, {0.0, type.memory});
        point.meets_target = options_.target > Seconds(0) && point.wall.high <= options_.target;
        point = billed(std::move(point), time.walls);
        bounded.bound = phrase_of(time.slowest.bound_by, time.slowest.bound_subject);
        return bounded;
    }

    const Profile& profile_;
    const ModelParameters& parameters_;
    const PlanOptions& options_;
    PredictionOptions how_;
    std::map<std::uint32_t, std::vector<Configuration>> configurations_;  ///< by cores
};

/// In the order of their tests.
std::vector<std::string> files_of(const Profile& profile, const std::vector<std::uint32_t>& part) {
    std::vector<std::string> files;
    std::set<std::string_view> known;
    for (const std::uint32_t test : part) {
        const std::string_view file = file_of(profile.tests[test].id);
        if (known.insert(file).second) {
            files.emplace_back(file);
        }
    }
    return files;
}

}  // namespace

ShardManifest shards_of(
    const Profile& profile,
    const ModelParameters& parameters,
    const PlanPoint& point,
    std::uint64_t seed
) {
    const MachineType& type = point.machine;
    const ModelParameters there = stretched(parameters, profile.host.usable_cores(), type.cores);
    const PredictionOptions how = prediction_options(profile.interpreter, seed);
    const Machine machine{static_cast<double>(type.cores), Bytes(0)};
    ShardManifest manifest{type, point.configuration, {}};
    manifest.configuration.shards = 1;
    for (const auto& part : shard_indices(profile, point.configuration.shards)) {
        Shard shard;
        shard.files = files_of(profile, part);
        shard.tests = part.size();
        const Workload workload = make_workload(part_of(profile, part), parameters.recorder);
        shard.wall =
            simulate(workload, manifest.configuration, there, machine, how).wall + type.setup;
        manifest.shards.push_back(std::move(shard));
    }
    return manifest;
}

CapacityPlan
plan(const Profile& profile, const ModelParameters& parameters, const PlanOptions& options) {
    CapacityPlan result;
    result.target = options.target;
    result.prices_as_of = options.prices_as_of;
    if (profile.tests.empty() || options.machines.empty()) {
        result.reason = profile.tests.empty() ? "There are no tests to plan for."
                                              : "There are no machine types to choose from.";
        return result;
    }
    const std::vector<Bounded> points = Planner(profile, parameters, options).points();
    for (const Bounded& bounded : points) {
        result.points.push_back(bounded.point);
    }
    result.chosen = cheapest(result.points);
    result.reason = reason_of(points, result.chosen, options.target);
    const std::string left_out = left_out_of(options.configurations, file_count(profile));
    result.reason += (result.reason.empty() || left_out.empty() ? "" : " ") + left_out;
    return result;
}

}  // namespace advisor
