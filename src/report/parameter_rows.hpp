#pragma once

// The calibration as rows of name, value and meaning.

#include <advisor/domain/parameters.hpp>

#include <string>
#include <vector>

namespace advisor::report {

struct ParameterRow {
    std::string name;
    std::string value;
    std::string meaning;
};

[[nodiscard]] std::vector<ParameterRow> parameter_rows(const ModelParameters& parameters);

}  // namespace advisor::report
