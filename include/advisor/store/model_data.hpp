#pragma once

// The reviewed data of `models/`, compiled into the binary: prior costs, runners, machines and
// prices. The same readers take a user's own file of the same form.

#include <advisor/base/result.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/verdict.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// `models/cost.json`: the priors used where no calibration was made.
[[nodiscard]] ModelParameters prior_parameters();

struct MachineCatalogue {
    std::vector<MachineType> machines;
    std::string prices_as_of;  ///< ISO date of the price list
};

/// `models/machines/*.json` joined with `models/prices/*.json`.
[[nodiscard]] MachineCatalogue shipped_machines();

/// A user's file with both: {"as_of": ..., "machines": [{name, cores, memory_bytes,
/// price_per_minute, currency, setup_s}]}.
[[nodiscard]] Result<MachineCatalogue>
read_machines(std::string_view text, std::string_view origin);

}  // namespace advisor
