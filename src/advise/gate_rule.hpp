#pragma once

// The gate's decision from walls as values; the rule stands in the door, gate.hpp.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>

#include <functional>
#include <string>
#include <vector>

#include "advise/changes.hpp"

namespace advisor {

/// Predicted wall of a profile in a configuration; the gate is pure in it.
using WallOf = std::function<Seconds(const Profile&, const Configuration&)>;

struct Loss {
    Seconds expected;  ///< what head may take: base and new work that scales like the old
    Seconds lost;      ///< beyond that, by the changes themselves; never negative
    [[nodiscard]] double relative() const { return lost / expected; }
};

/// `new_work`: added less removed; `cost_by_themselves`: see changes.hpp.
[[nodiscard]] Loss
loss_of(const GateComparison& comparison, Seconds new_work, Seconds cost_by_themselves);

[[nodiscard]] bool is_regression(const Loss& loss, double threshold);

/// Base and head in each configuration, decided; `configurations` must not be empty.
[[nodiscard]] GateVerdict decide(
    const Profile& base,
    const Changes& changes,
    const std::vector<Configuration>& configurations,
    double threshold,
    const WallOf& wall_of
);

}  // namespace advisor
