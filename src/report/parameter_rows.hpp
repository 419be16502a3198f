#pragma once

// The calibration as rows of name, value and meaning.

#include <advisor/domain/parameters.hpp>

#include <string>
#include <utility>
#include <vector>

namespace advisor::report {

struct ParameterRow {
    std::string name;
    std::string value;
    std::string meaning;
};

[[nodiscard]] std::vector<ParameterRow> parameter_rows(const ModelParameters& parameters);

/// When they were measured and how well, or that they were not.
[[nodiscard]] std::string calibration_sentence(const ModelParameters& parameters);

/// From exec to exit, and all of them together.
[[nodiscard]] std::vector<std::pair<std::string, SpawnStage>> stages_of(const SpawnCost& spawn);
[[nodiscard]] std::string stages_title(const SpawnCost& spawn);

}  // namespace advisor::report
