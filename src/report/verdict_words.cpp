#include "report/verdict_words.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <tuple>

#include "report/numbers.hpp"

namespace advisor::report {

std::string_view headline_of(GateOutcome outcome) {
    constexpr std::array<std::string_view, 4> k_headlines{
        "PASS", "REGRESSION", "INCONCLUSIVE", "UNFIT"};
    return k_headlines.at(static_cast<std::size_t>(outcome));
}

std::string suite_change(const GateVerdict& verdict) {
    return fmt::format(
        "{} added, {} removed, {} changed; a loss above {} is a regression",
        format_count(verdict.tests_added, "test"),
        verdict.tests_removed,
        verdict.tests_changed,
        format_percent(verdict.threshold)
    );
}

int decimals_of(const GateVerdict& verdict) {
    Seconds smallest(std::numeric_limits<double>::max());
    for (const GateComparison& row : verdict.comparisons) {
        smallest = std::min({smallest, row.base_wall, row.head_wall});
    }
    return decimals_for(smallest);
}

std::vector<std::size_t> all_by_cost(const CapacityPlan& plan) {
    std::vector<std::size_t> order(plan.points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const auto key = [&](std::size_t i) {
            return std::tuple(plan.points[i].cost, plan.points[i].wall.mid.value());
        };
        return key(a) < key(b);
    });
    return order;
}

std::vector<std::size_t> frontier_of(const CapacityPlan& plan) {
    const bool any_fits = std::any_of(plan.points.begin(), plan.points.end(), [](const auto& p) {
        return p.fits_memory;
    });
    std::vector<std::size_t> frontier;
    Seconds best(std::numeric_limits<double>::infinity());
    // In order of cost, a point is beaten exactly if one before it is at least as fast.
    for (const std::size_t i : all_by_cost(plan)) {
        const PlanPoint& point = plan.points[i];
        const bool leads = point.wall.mid < best && (point.fits_memory || !any_fits);
        if (leads) {
            best = point.wall.mid;
        }
        if (leads || plan.chosen == i) {
            frontier.push_back(i);
        }
    }
    return frontier;
}

int decimals_of(const CapacityPlan& plan, const std::vector<std::size_t>& indices) {
    Seconds smallest(std::numeric_limits<double>::max());
    for (const std::size_t i : indices) {
        smallest = std::min(smallest, plan.points[i].wall.mid);
    }
    return decimals_for(smallest);
}

std::string_view fitness_of(const CapacityPlan& plan, const PlanPoint& point) {
    if (!point.fits_memory) {
        return "too little memory";
    }
    if (!(plan.target > Seconds(0))) {
        return "";
    }
    return point.meets_target ? "yes" : "no";
}

/// The set-up of a machine where it is the same for all of them; else nothing.
Seconds common_setup(const CapacityPlan& plan) {
    if (plan.points.empty()) {
        return {};
    }
    const Seconds first = plan.points.front().machine.setup;
    const bool is_common =
        std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
            return point.machine.setup == first;
        });
    return is_common ? first : Seconds();
}

std::string plan_terms(const CapacityPlan& plan) {
    std::string terms = plan.target > Seconds(0) ? "target " + format_seconds(plan.target)
                                                 : std::string("no target given");
    if (const Seconds setup = common_setup(plan); setup > Seconds(0)) {
        terms += "; all seconds hold " + format_seconds(setup) + " to set a machine up";
    }
    if (!plan.prices_as_of.empty()) {
        terms += "; prices as of " + plan.prices_as_of;
    }
    return terms;
}

std::string shards_sentence(const ShardManifest& manifest) {
    const std::string machines = fmt::format(
        "{} of type {}, each with {}.",
        format_count(manifest.shards.size(), "machine"),
        manifest.machine.name,
        label(manifest.configuration)
    );
    return manifest.shards.size() < 2 ? machines
                                      : machines
                                            + " Files that were not there when the suite was "
                                              "recorded run on every machine.";
}

std::vector<Row> rows_of(const ShardManifest& manifest) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
        const Shard& shard = manifest.shards[i];
        rows.push_back(
            {{shard_name(manifest, i)},
             {fmt::format("{}", shard.files.size())},
             {fmt::format("{}", shard.tests)},
             {seconds_text(shard.wall, decimals_for(shard.wall))}}
        );
    }
    return rows;
}

}  // namespace advisor::report
