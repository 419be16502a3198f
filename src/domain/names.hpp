#pragma once

// Enumerators and their names in documents, as one table for both directions.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace advisor {

template <typename Enum, std::size_t Size>
[[nodiscard]] constexpr std::string_view
name_in(const std::array<std::string_view, Size>& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

template <typename Enum, std::size_t Size>
[[nodiscard]] constexpr std::optional<Enum>
value_in(const std::array<std::string_view, Size>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        return std::nullopt;
    }
    return static_cast<Enum>(found - names.begin());
}

}  // namespace advisor
