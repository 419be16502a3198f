#pragma once

// What no schedule of a configuration can beat, and which of its limits binds.

#include <advisor/domain/advice.hpp>

#include <string>

#include "model/engine.hpp"

namespace advisor::model {

struct LowerBound {
    double seconds = 0.0;
    Bound by = Bound::work;
    std::string subject;
};

/// `tests_begin`: the barrier as simulated, which no policy can move.
[[nodiscard]] LowerBound lower_bound_of(const Scenario& scenario, double tests_begin);

}  // namespace advisor::model
