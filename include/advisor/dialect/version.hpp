#pragma once

// The first three numbers of a version, as "3.8.0": enough to tell which option came when.

#include <array>
#include <string>

namespace advisor {

using Version = std::array<int, 3>;

/// What cannot be read is 0.
[[nodiscard]] Version version_of(const std::string& text);

}  // namespace advisor
