#pragma once

// The members of an object, both ways. A struct lists its members once,
//
//     void describe(auto& fields, Like<Package> auto& package) {
//         fields.field("name", package.name);
//         fields.field("version", package.version);
//     }
//
// and the list serves as writer (FieldWriter, const values) and as reader (FieldReader), so that
// the two cannot come apart. What one direction does alone stands under `if constexpr`.

#include <advisor/domain/measured.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/json_codec.hpp"

namespace advisor {

/// `T` or `const T`: a reader fills the value, a writer only looks at it.
template <typename Value, typename T>
concept Like = std::same_as<std::remove_const_t<Value>, T>;

/// Of an object that may hold a table; room for them is made at once.
inline constexpr std::size_t k_usual_members = 64;

class FieldWriter {
public:
    static constexpr bool k_reads = false;

    explicit FieldWriter(Json& object)
        : object_(&object) {}

    [[nodiscard]] Json& json() { return *object_; }

    template <typename T>
    void field(std::string_view key, const T& value) {
        (*object_)[std::string(key)] = Codec<T>::json(value);
    }

    /// A field that older documents of this major lack.
    template <typename T>
    void later_field(std::string_view key, const T& value) {
        field(key, value);
    }

    /// A field that stands in the document only where there is a value.
    template <typename T>
    void optional_field(std::string_view key, const std::optional<T>& value) {
        if (value) {
            field(key, *value);
        }
    }

    /// Seconds that may be negative: a difference.
    void difference(std::string_view key, Seconds value) { field(key, value); }

    /// What follows from other fields; written for people and other programs, not read back.
    template <typename T>
    void derived(std::string_view key, const T& value) {
        field(key, value);
    }

    /// A value that may be missing (null), and how it was come by.
    template <typename T>
    void measured(std::string_view key, std::string_view source_key, const Measured<T>& value) {
        (*object_)[std::string(key)] =
            value.has_value() ? Codec<T>::json(value.value()) : Json(nullptr);
        field(source_key, value.source());
    }

    template <typename Describe>
    void object(std::string_view key, const Describe& members) {
        Json inner = object_for(k_usual_members);
        FieldWriter fields(inner);
        members(fields);
        (*object_)[std::string(key)] = std::move(inner);
    }

    /// An object that older documents of this major lack.
    template <typename Describe>
    void later_object(std::string_view key, const Describe& members) {
        object(key, members);
    }

    void require(bool /*holds*/, std::string_view /*key*/, std::string_view /*predicate*/) {}

private:
    Json* object_;
};

class FieldReader {
public:
    static constexpr bool k_reads = true;

    explicit FieldReader(const Place& place)
        : place_(&place) {}

    [[nodiscard]] const Place& place() const { return *place_; }

    template <typename T>
    void field(std::string_view key, T& value) {
        if (const Json* json = place_->find(key)) {
            value = Codec<T>::read(place_->member(key, *json));
        }
    }

    template <typename T>
    void later_field(std::string_view key, T& value) {
        if (place_->has(key)) {
            field(key, value);
        }
    }

    template <typename T>
    void optional_field(std::string_view key, std::optional<T>& value) {
        if (place_->has(key)) {
            field(key, value.emplace());
        }
    }

    void difference(std::string_view key, Seconds& value) {
        if (const Json* json = place_->find(key)) {
            value = Seconds(read_number(place_->member(key, *json), -k_longest_s, k_longest_s));
        }
    }

    template <typename T>
    void derived(std::string_view /*key*/, const T& /*value*/) {}

    template <typename T>
    void measured(std::string_view key, std::string_view source_key, Measured<T>& value) {
        std::optional<T> read;
        Source source = Source::not_measured;
        field(key, read);
        field(source_key, source);
        require(read.has_value() == (source != Source::not_measured), source_key, "contradicts it");
        if (read && !place_->in_trouble()) {
            value = Measured<T>(*read, source);
        }
    }

    template <typename Describe>
    void object(std::string_view key, const Describe& members) {
        if (const Json* json = place_->find(key)) {
            const Place inner = place_->member(key, *json);
            FieldReader fields(inner);
            members(fields);
        }
    }

    template <typename Describe>
    void later_object(std::string_view key, const Describe& members) {
        if (place_->has(key)) {
            object(key, members);
        }
    }

    /// Refuses the member of that key unless `holds`.
    void require(bool holds, std::string_view key, std::string_view predicate) {
        if (!holds) {
            place_->member(key, place_->json()).refuse(predicate);
        }
    }

private:
    const Place* place_;
};

/// A struct that describes itself.
template <typename T>
requires std::is_class_v<T>
struct Codec<T> {
    static Json json(const T& value) {
        Json object = Json::object();
        FieldWriter fields(object);
        describe(fields, value);
        return object;
    }
    static T read(const Place& at) {
        T value{};
        FieldReader fields(at);
        describe(fields, value);
        return value;
    }
};

}  // namespace advisor
