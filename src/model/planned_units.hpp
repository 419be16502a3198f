#pragma once

// What our own scheduler deals: units of tests that share a costly fixture, sorted into families
// that share a costly fixture of package or session scope.

#include <advisor/model/workload.hpp>

#include <cstdint>
#include <vector>

namespace advisor::model {

/// A node gets a third and further test while those behind its running one are predicted to last
/// less: so long may a completion be on its way to the controller and back.
constexpr double k_ahead_s = 0.02;

/// Tests dealt together, in collection order: Plan::tests[begin, end).
struct PlannedUnit {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    double work_s = 0.0;   ///< predicted, without fixtures
    double setup_s = 0.0;  ///< its class and module fixtures: what a further part would pay again
    bool divisible = true;
};

/// Units that need the same costly fixtures of package and session scope, longest first.
struct PlannedFamily {
    std::vector<PlannedUnit> units;
    double work_s = 0.0;
    double setup_s = 0.0;  ///< what each worker pays that opens it
};

struct Plan {
    std::vector<std::uint32_t> tests;  ///< positions in Workload::tests, unit by unit
    std::vector<PlannedFamily> families;
    std::vector<std::uint32_t> long_before;  ///< of the tests before each position, k_ahead_s long
};

/// Tests marked xdist_group form indivisible units by group. Others form a unit by the widest
/// module or class for which they need a costly fixture, else each its own.
[[nodiscard]] Plan plan_units(const Workload& workload);

/// Of each family, how many workers may open it as long as there is other work: the fewest k with
/// work/k + setup <= T, where T is the least time for which these k fit into the workers
/// altogether: the bound for scheduling with setup times (models of P | setup = s_i | Cmax),
/// solved by bisection.
[[nodiscard]] std::vector<std::uint32_t> allotted(const Plan& plan, std::uint32_t nodes);

}  // namespace advisor::model
