#pragma once

// Peak memory of a configuration on one machine.

#include "model/costs.hpp"

namespace advisor::model {

[[nodiscard]] Bytes peak_memory_of(const Workload& workload, const RunCosts& costs);

}  // namespace advisor::model
