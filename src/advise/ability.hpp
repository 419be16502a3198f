#pragma once

// Whether a configuration can be run here, as the caller found out.

#include <advisor/advise/advise.hpp>
#include <advisor/domain/advice.hpp>

namespace advisor {

/// `prediction` with `can_run` and `cannot_run_because` set.
[[nodiscard]] Prediction judged(Prediction prediction, const Ability& ability);

/// Runs on an unmodified pytest-xdist.
[[nodiscard]] bool is_stock(const Configuration& configuration);

}  // namespace advisor
