#pragma once

// JSON text to a tree and back, within limits that a broken or hostile file meets early: its size,
// the number of its values, nesting of 32, no key twice in an object, no number beyond a double.
// The tree keeps the order of keys.

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace advisor {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t k_deepest_nesting = 32;
/// Two bytes of text can become a value of forty: without a limit 100 MB would become gigabytes.
inline constexpr std::size_t k_most_values = 10'000'000;

enum class Extent : std::uint8_t {
    whole,
    header,  ///< stop as soon as "format" and "major" were read
};

/// An empty object with room for so many members: one that grows copies all that it holds.
[[nodiscard]] Json object_for(std::size_t members);

/// The tree, or a fragment that says what is wrong with the text.
[[nodiscard]] tl::expected<Json, std::string> parse_json(std::string_view text, Extent extent);

/// Ends what a parsed tree holds. The library's destructor first moves each value of an array to a
/// stack of its own, lest it recurse too deep: that is a fifth of the time of reading a profile,
/// and no parsed tree is deep.
void clear(Json& json);

/// An object has a line for each member, an array of objects one for each element; every other
/// array is one line, so that a column of a hundred thousand numbers stays compact.
[[nodiscard]] std::string render_json(Json json);

}  // namespace advisor
