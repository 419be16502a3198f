#pragma once

// The data of `models/`, compiled into the binary: prior costs, runners, machines, prices, and how
// accurate predictions were. The same readers take a user's own file of the same form.

#include <advisor/base/result.hpp>
#include <advisor/domain/accuracy.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/verdict.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// `models/cost.json`: the priors used where no calibration was made, with the suites of
/// shipped_accuracy().
[[nodiscard]] ModelParameters prior_parameters();

/// `models/accuracy.json`, which script/bench accuracy --keep writes; and its text.
[[nodiscard]] Accuracy shipped_accuracy();
[[nodiscard]] std::string_view shipped_accuracy_json();

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
