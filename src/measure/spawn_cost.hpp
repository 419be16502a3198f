#pragma once

// What starting pytest and ending it costs with one interpreter, by starting it.

#include <advisor/base/result.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/spawn_cost.hpp>
#include <advisor/host/instruments.hpp>

namespace advisor {

/// Takes about 3 s. The interpreter must be able to run pytest.
[[nodiscard]] Result<SpawnCost>
measure_spawn(const Interpreter& interpreter, const Instruments& instruments);

/// Of the first value, and of the others by themselves; there must be two or more.
[[nodiscard]] SpawnStage stage_of(const std::vector<Seconds>& walls);

}  // namespace advisor
