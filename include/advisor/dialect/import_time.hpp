#pragma once

// What CPython says under -X importtime.

#include <advisor/domain/spawn_cost.hpp>

#include <string_view>
#include <vector>

namespace advisor {

/// The modules in `output`, among whatever else was printed, whose import took at least `share` of
/// all imports together: a tree in order, parents first. Empty if there is no such line.
[[nodiscard]] std::vector<ImportCost> costliest_imports(std::string_view output, double share);

}  // namespace advisor
