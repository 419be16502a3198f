#pragma once

#include <string>
#include <vector>

namespace advisor::cli {

/// The whole program; `words` are those after its name. Returns the exit code.
[[nodiscard]] int program(const std::vector<std::string>& words);

}  // namespace advisor::cli
