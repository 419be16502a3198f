#pragma once

// Words and selections of the gate's verdict and the capacity plan; shared by text and Markdown.

#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.hpp"

namespace advisor::report {

/// "PASS", "REGRESSION", "INCONCLUSIVE", "UNFIT".
[[nodiscard]] std::string_view headline_of(GateOutcome outcome);

/// "3 tests added, 1 removed, 0 changed; a loss above 5.0 % is a regression".
[[nodiscard]] std::string suite_change(const GateVerdict& verdict);

/// One precision for all walls of the comparisons.
[[nodiscard]] int decimals_of(const GateVerdict& verdict);

/// Indices of the points worth a look, by cost and then by wall: the chosen one, and each that no
/// other point beats in both, of those whose memory suffices (of all, if none's does).
[[nodiscard]] std::vector<std::size_t> frontier_of(const CapacityPlan& plan);

/// All indices, by cost and then by wall.
[[nodiscard]] std::vector<std::size_t> all_by_cost(const CapacityPlan& plan);

/// One precision for the walls of these points.
[[nodiscard]] int decimals_of(const CapacityPlan& plan, const std::vector<std::size_t>& indices);

/// "yes", "no", "too little memory".
[[nodiscard]] std::string_view fitness_of(const CapacityPlan& plan, const PlanPoint& point);

/// "target 5 min 00 s; all seconds hold 25 s to set a machine up; prices as of 2026-10-01".
[[nodiscard]] std::string plan_terms(const CapacityPlan& plan);

/// "3 machines of type small, each with 4 processes, load. ..."
[[nodiscard]] std::string shards_sentence(const ShardManifest& manifest);

/// Its name, files, tests and seconds.
[[nodiscard]] std::vector<Row> rows_of(const ShardManifest& manifest);

}  // namespace advisor::report
