#pragma once

// Verdict of the regression gate, and the capacity plan.

#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

enum class GateOutcome : std::uint8_t { pass, regression, inconclusive, unfit };

/// Predictions of one configuration for base and head.
struct GateComparison {
    Configuration configuration;
    Seconds base_wall;
    Seconds head_wall;
    double base_speedup = 1.0;
    double head_speedup = 1.0;
    friend bool operator==(const GateComparison&, const GateComparison&) = default;
};

/// A change of one test or fixture, and what it costs in predicted wall time.
struct Culprit {
    /// "fixture", "test", "file" (many tests of it), "group", "start", "collection", "finish"
    std::string kind;
    std::string subject;  ///< node id or fixture name
    Seconds base;         ///< its cost in base; zero if it is new
    Seconds head;
    Seconds wall_loss;  ///< predicted head wall less the one with this change undone
    friend bool operator==(const Culprit&, const Culprit&) = default;
};

struct GateVerdict {
    GateOutcome outcome = GateOutcome::pass;
    std::string reason;
    double threshold = 0.05;  ///< relative loss that is a regression
    std::vector<GateComparison> comparisons;
    std::vector<Culprit> culprits;  ///< largest loss first
    std::uint64_t tests_added = 0;
    std::uint64_t tests_removed = 0;
    std::uint64_t tests_changed = 0;
    friend bool operator==(const GateVerdict&, const GateVerdict&) = default;
};

struct MachineType {
    std::string name;
    std::uint32_t cores = 1;
    Bytes memory;
    double price_per_minute = 0.0;
    std::string currency = "USD";
    Seconds setup;  ///< checkout and installation before tests start
    friend bool operator==(const MachineType&, const MachineType&) = default;
};

/// One point of the plan: `machines` of one type, each running its shard as `configuration`.
struct PlanPoint {
    MachineType machine;
    Configuration configuration;       ///< shards = number of machines
    Interval<Seconds> wall;            ///< of the slowest machine, set-up included
    Bytes peak_memory;                 ///< of the machine that needs most
    std::uint64_t billed_minutes = 0;  ///< whole minutes, summed over machines
    double cost = 0.0;                 ///< billed_minutes times the price
    bool meets_target = false;
    bool fits_memory = true;
    friend bool operator==(const PlanPoint&, const PlanPoint&) = default;
};

struct CapacityPlan {
    Seconds target;  ///< zero: none was asked for
    std::vector<PlanPoint> points;
    std::optional<std::size_t> chosen;  ///< cheapest point whose wall.high meets the target
    std::string reason;
    std::string prices_as_of;
    friend bool operator==(const CapacityPlan&, const CapacityPlan&) = default;
};

[[nodiscard]] std::string_view name_of(GateOutcome outcome);
[[nodiscard]] std::optional<GateOutcome> gate_outcome_named(std::string_view name);

}  // namespace advisor
