#pragma once

// Codec<T>: one type of value as JSON, both ways, with the writer and the reader side by side.
// `json` cannot fail; `read` refuses the place and returns any value where the place is at fault.
// A struct needs no codec: it says `describe(fields, value)` once (json_fields.hpp).

#include <advisor/base/assert.hpp>
#include <advisor/base/units.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/byte_text.hpp"
#include "store/enum_names.hpp"
#include "store/json_place.hpp"

namespace advisor {

/// A duration longer than thirty years is a fault of the file, not of a suite.
inline constexpr double k_longest_s = 1e9;

/// The number itself: written with as many digits as it takes to read the same bits back, so that a
/// prediction made from a saved profile is the prediction made when it was recorded.
[[nodiscard]] Json finite(double value);

/// A number from `low` to `high`.
[[nodiscard]] double read_number(const Place& at, double low, double high);

[[nodiscard]] std::string read_string(const Place& at);

/// A string as it stands in the document, which `read_string` gives back as bytes.
[[nodiscard]] std::string_view read_word(const Place& at);

template <typename T>
struct Codec;

template <>
struct Codec<bool> {
    static Json json(bool value) { return value; }
    static bool read(const Place& at) {
        if (!at.json().is_boolean()) {
            at.refuse("is neither true nor false");
            return false;
        }
        return at.json().get<bool>();
    }
};

template <std::integral T>
struct Codec<T> {
    static Json json(T value) { return value; }
    static T read(const Place& at) {
        const Json& json = at.json();
        if (!json.is_number_integer()) {
            at.refuse("is not a whole number");
            return T{};
        }
        const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                    : std::in_range<T>(json.get<std::int64_t>());
        if (!fits) {
            at.refuse(std::is_unsigned_v<T> ? "is negative or too large" : "is too large");
            return T{};
        }
        return json.get<T>();
    }
};

template <>
struct Codec<double> {
    static Json json(double value) { return finite(value); }
    static double read(const Place& at) {
        constexpr double k_most = std::numeric_limits<double>::max();
        return read_number(at, -k_most, k_most);
    }
};

template <>
struct Codec<Seconds> {
    static Json json(Seconds value) { return finite(value.value()); }
    static Seconds read(const Place& at) { return Seconds(read_number(at, 0.0, k_longest_s)); }
};

template <>
struct Codec<Bytes> {
    static Json json(Bytes value) { return value.value(); }
    static Bytes read(const Place& at) {
        const auto value = Codec<std::int64_t>::read(at);
        if (value < 0) {
            at.refuse("is negative");
        }
        return Bytes(value);
    }
};

template <>
struct Codec<std::string> {
    static Json json(const std::string& value) { return text_of(value); }
    static std::string read(const Place& at) { return read_string(at); }
};

template <typename T>
requires std::is_enum_v<T>
struct Codec<T> {
    static Json json(T value) { return std::string(name_of(value)); }
    static T read(const Place& at) {
        const auto value = enumerator<T>(read_word(at));
        if (!value) {
            at.refuse("is a word that this version does not know");
        }
        return value.value_or(T{});
    }
};

template <typename T>
struct Codec<std::optional<T>> {
    static Json json(const std::optional<T>& value) {
        return value ? Codec<T>::json(*value) : Json(nullptr);
    }
    static std::optional<T> read(const Place& at) {
        if (at.json().is_null()) {
            return std::nullopt;
        }
        return Codec<T>::read(at);
    }
};

template <typename T>
struct Codec<std::vector<T>> {
    static Json json(const std::vector<T>& values) {
        Json array = Json::array();
        for (const T& value : values) {
            array.push_back(Codec<T>::json(value));
        }
        return array;
    }
    static std::vector<T> read(const Place& at) {
        std::vector<T> values;
        if (!at.json().is_array()) {
            at.refuse("is not an array");
            return values;
        }
        for (std::size_t i = 0; i < at.json().size() && !at.in_trouble(); ++i) {
            values.push_back(Codec<T>::read(at.element(i)));
        }
        return values;
    }
};

/// Named numbers in the order of display. A part of a breakdown may be a gain, hence negative.
template <typename T>
struct Codec<std::vector<std::pair<std::string, T>>> {
    static Json json(const std::vector<std::pair<std::string, T>>& entries) {
        Json object = Json::object();
        for (const auto& [name, value] : entries) {
            object[text_of(name)] = Codec<T>::json(value);
        }
        return object;
    }
    static std::vector<std::pair<std::string, T>> read(const Place& at) {
        std::vector<std::pair<std::string, T>> entries;
        if (!at.json().is_object()) {
            at.refuse("is not an object");
            return entries;
        }
        for (const auto& [key, value] : at.json().template get_ref<const Json::object_t&>()) {
            const double number =
                read_number(at.member(key, value), -k_longest_number, k_longest_number);
            entries.emplace_back(bytes_of(key), T(number));
        }
        return entries;
    }

private:
    static constexpr double k_longest_number =
        std::same_as<T, Seconds> ? k_longest_s : std::numeric_limits<double>::max();
};

/// Counts by name.
template <>
struct Codec<std::map<std::string, std::uint64_t>> {
    static Json json(const std::map<std::string, std::uint64_t>& counts) {
        Json object = Json::object();
        for (const auto& [name, count] : counts) {
            object[text_of(name)] = count;
        }
        return object;
    }
    static std::map<std::string, std::uint64_t> read(const Place& at) {
        std::map<std::string, std::uint64_t> counts;
        if (!at.json().is_object()) {
            at.refuse("is not an object");
            return counts;
        }
        for (const auto& [key, value] : at.json().get_ref<const Json::object_t&>()) {
            counts[bytes_of(key)] = Codec<std::uint64_t>::read(at.member(key, value));
        }
        return counts;
    }
};

}  // namespace advisor
