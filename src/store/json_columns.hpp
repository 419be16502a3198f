#pragma once

// A table as columns, both ways: an object with one array for each column. A hundred thousand
// tests of forty numbers would repeat the forty keys a hundred thousand times as objects.
//
// - A column whose value is the same in every row stands once, without an array.
// - A list column is never shortened: its length is the number of rows.
// - Values that many rows share stand once in a list; the rows hold indices into it.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/json_fields.hpp"

namespace advisor {

/// Guards against a small file that would become gigabytes: rows of a table, and bytes of memory
/// after shared values were copied into each row.
inline constexpr std::size_t k_most_rows = 2'000'000;
inline constexpr std::size_t k_most_shared_bytes = 1U << 28U;

/// Of a group; room for them is made at once.
inline constexpr std::size_t k_usual_columns = 32;

/// Memory behind a shared value, roughly.
[[nodiscard]] inline std::size_t weight_of(const std::string& text) {
    return text.size();
}

template <typename T>
[[nodiscard]] std::size_t weight_of(const std::vector<T>& values) {
    std::size_t weight = values.size() * sizeof(T);
    if constexpr (std::is_same_v<T, std::string>) {
        for (const T& value : values) {
            weight += weight_of(value);
        }
    }
    return weight;
}

template <typename T>
struct ColumnCodec : Codec<T> {};

/// How often something happened.
template <>
struct ColumnCodec<std::int64_t> {
    static Json json(std::int64_t count) { return count; }
    static std::int64_t read(const Place& at);
};

/// `values` as a column: alone if all are equal.
[[nodiscard]] Json column_of(Json::array_t values);

/// Calls `put(row, value, place)` for each row of the column at `at`, which must fit `rows`, with
/// what `decode` makes of the row's place. A shortened column is decoded once.
template <typename Decode, typename Put>
void read_column(const Place& at, std::size_t rows, const Decode& decode, const Put& put) {
    if (!at.json().is_array()) {
        const auto value = decode(at);
        for (std::size_t row = 0; row < rows && !at.in_trouble(); ++row) {
            put(row, value, at);
        }
        return;
    }
    if (at.json().size() != rows) {
        at.refuse("has another length than its table");
        return;
    }
    for (std::size_t row = 0; row < rows && !at.in_trouble(); ++row) {
        const Place element = at.element(row);
        put(row, decode(element), element);
    }
}

template <typename Row>
class ColumnWriter {
public:
    static constexpr bool k_reads = false;

    ColumnWriter(Json& object, std::span<const Row> rows)
        : object_(&object),
          rows_(rows) {}

    template <typename Part>
    void column(std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        put(key, [&](const Row& row) { return ColumnCodec<Value>::json(part(row)); });
    }

    /// A column of optional values that stands in the document only where a row has one.
    template <typename Part>
    void optional_column(std::string_view key, const Part& part) {
        if (std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
                return part(row).has_value();
            })) {
            column(key, part);
        }
    }

    template <typename Part>
    void measured(std::string_view key, std::string_view source_key, const Part& part) {
        using Value = decltype(part(rows_.front()).value());
        put(key, [&](const Row& row) {
            const auto& value = part(row);
            return value.has_value() ? ColumnCodec<Value>::json(value.value()) : Json(nullptr);
        });
        put(source_key, [&](const Row& row) { return Codec<Source>::json(part(row).source()); });
    }

    /// A measured column that stands in the document only where a row has a value.
    template <typename Part>
    void optional_measured(std::string_view key, std::string_view source_key, const Part& part) {
        if (std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
                return part(row).has_value();
            })) {
            measured(key, source_key, part);
        }
    }

    template <typename Part>
    void list(std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        Json::array_t values;
        values.reserve(rows_.size());
        for (const Row& row : rows_) {
            values.push_back(Codec<Value>::json(part(row)));
        }
        (*object_)[std::string(key)] = std::move(values);
    }

    /// A list column that older documents of this major lack.
    template <typename Part>
    void later_list(std::string_view key, const Part& part) {
        list(key, part);
    }

    template <typename Part>
    void shared(std::string_view list_key, std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        std::map<Value, std::size_t> indices;
        std::vector<Value> values;
        Json::array_t column;
        column.reserve(rows_.size());
        for (const Row& row : rows_) {
            const auto [found, added] = indices.try_emplace(part(row), values.size());
            if (added) {
                values.push_back(part(row));
            }
            column.emplace_back(found->second);
        }
        (*object_)[std::string(list_key)] = Codec<std::vector<Value>>::json(values);
        (*object_)[std::string(key)] = column_of(std::move(column));
    }

    /// Shared values that older documents of this major lack.
    template <typename Part>
    void later_shared(std::string_view list_key, std::string_view key, const Part& part) {
        shared(list_key, key, part);
    }

    template <typename Describe>
    void group(std::string_view key, const Describe& columns) {
        Json inner = object_for(k_usual_columns);
        ColumnWriter table(inner, rows_);
        columns(table);
        (*object_)[std::string(key)] = std::move(inner);
    }

private:
    template <typename Encode>
    void put(std::string_view key, const Encode& encode) {
        Json::array_t values;
        values.reserve(rows_.size());
        for (const Row& row : rows_) {
            values.push_back(encode(row));
        }
        (*object_)[std::string(key)] = column_of(std::move(values));
    }

    Json* object_;
    std::span<const Row> rows_;
};

/// Fills rows that exist already, but for `list`, which is given the number of rows.
template <typename Row>
class ColumnReader {
public:
    static constexpr bool k_reads = true;

    ColumnReader(const Place& place, std::span<Row> rows)
        : place_(&place),
          rows_(rows) {}

    template <typename Part>
    void column(std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        take(key, &ColumnCodec<Value>::read, [&](std::size_t row, Value value, const Place&) {
            part(rows_[row]) = std::move(value);
        });
    }

    template <typename Part>
    void optional_column(std::string_view key, const Part& part) {
        if (place_->has(key)) {
            column(key, part);
        }
    }

    template <typename Part>
    void measured(std::string_view key, std::string_view source_key, const Part& part) {
        using Value = decltype(part(rows_.front()).value());
        std::vector<Source> sources(rows_.size());
        take(source_key, &Codec<Source>::read, [&](std::size_t row, Source source, const Place&) {
            sources[row] = source;
        });
        const auto decode = [](const Place& at) {
            return at.json().is_null() ? std::nullopt : std::optional(ColumnCodec<Value>::read(at));
        };
        take(key, decode, [&](std::size_t row, const std::optional<Value>& value, const Place& at) {
            if (value.has_value() != (sources[row] != Source::not_measured)) {
                at.refuse("contradicts its source");
            } else if (value) {
                part(rows_[row]) = {*value, sources[row]};
            }
        });
    }

    template <typename Part>
    void optional_measured(std::string_view key, std::string_view source_key, const Part& part) {
        if (place_->has(key)) {
            measured(key, source_key, part);
        }
    }

    template <typename Part>
    void list(std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        take(key, &Codec<Value>::read, [&](std::size_t row, Value value, const Place&) {
            part(rows_[row]) = std::move(value);
        });
    }

    template <typename Part>
    void later_list(std::string_view key, const Part& part) {
        if (place_->has(key)) {
            list(key, part);
        }
    }

    template <typename Part>
    void shared(std::string_view list_key, std::string_view key, const Part& part) {
        using Value = std::remove_cvref_t<decltype(part(rows_.front()))>;
        std::vector<Value> values;
        FieldReader(*place_).field(list_key, values);
        std::vector<std::size_t> weights;
        weights.reserve(values.size());
        for (const Value& value : values) {
            weights.push_back(weight_of(value));
        }
        std::size_t copied = 0;
        using Number = std::uint32_t;
        take(key, &Codec<Number>::read, [&](std::size_t row, Number index, const Place& at) {
            if (index >= values.size()) {
                at.refuse("is not an index of its list");
                return;
            }
            copied += weights[index];
            if (copied > k_most_shared_bytes) {
                at.refuse("makes the table too large");
                return;
            }
            part(rows_[row]) = values[index];
        });
    }

    template <typename Part>
    void later_shared(std::string_view list_key, std::string_view key, const Part& part) {
        if (place_->has(key)) {
            shared(list_key, key, part);
        }
    }

    template <typename Describe>
    void group(std::string_view key, const Describe& columns) {
        if (const Json* json = place_->find(key)) {
            const Place inner = place_->member(key, *json);
            ColumnReader table(inner, rows_);
            columns(table);
        }
    }

private:
    template <typename Decode, typename Put>
    void take(std::string_view key, const Decode& decode, const Put& put) {
        if (const Json* json = place_->find(key)) {
            read_column(place_->member(key, *json), rows_.size(), decode, put);
        }
    }

    const Place* place_;
    std::span<Row> rows_;
};

/// The columns are members of the object that `fields` stands for.
template <typename Row, typename Describe>
void columns(FieldWriter& fields, std::span<Row> rows, const Describe& describe_columns) {
    ColumnWriter<std::remove_const_t<Row>> table(fields.json(), rows);
    describe_columns(table);
}

/// The reader's counterpart fills `rows`, of which there must be as many as in the document.
template <typename Row, typename Describe>
void columns(FieldReader& fields, std::span<Row> rows, const Describe& describe_columns) {
    ColumnReader<Row> table(fields.place(), rows);
    describe_columns(table);
}

/// Rows of a table, by the length of its list column of that key.
[[nodiscard]] std::size_t list_length(FieldReader& fields, std::string_view key);

}  // namespace advisor
