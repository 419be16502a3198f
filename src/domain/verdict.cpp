#include "advisor/domain/verdict.hpp"

#include "domain/names.hpp"

namespace advisor {

namespace {

constexpr std::array<std::string_view, 4> k_gate_outcomes{
    "pass", "regression", "inconclusive", "unfit"};

}  // namespace

std::string_view name_of(GateOutcome outcome) {
    return name_in(k_gate_outcomes, outcome);
}

std::optional<GateOutcome> gate_outcome_named(std::string_view name) {
    return value_in<GateOutcome>(k_gate_outcomes, name);
}

}  // namespace advisor
