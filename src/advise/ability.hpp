#pragma once

// Whether a configuration can be run here, as the caller found out.

#include <advisor/advise/advise.hpp>
#include <advisor/domain/advice.hpp>

namespace advisor {

/// `prediction` with `can_run` and `cannot_run_because` set.
[[nodiscard]] Prediction
judged(Prediction prediction, const Ability& ability, const Profile& profile);

/// False where several recordings collected the same tests in different orders, and nobody wanted
/// it so: pytest-xdist runs nothing if its workers do.
[[nodiscard]] bool collects_in_one_order(const Profile& profile);

/// Runs on an unmodified pytest-xdist.
[[nodiscard]] bool is_stock(const Configuration& configuration);

}  // namespace advisor
