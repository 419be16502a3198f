#include "store/json_columns.hpp"

namespace advisor {

std::int64_t ColumnCodec<std::int64_t>::read(const Place& at) {
    const auto count = Codec<std::int64_t>::read(at);
    if (count < 0) {
        at.refuse("is negative");
    }
    return count;
}

Json column_of(Json::array_t values) {
    const bool same =
        !values.empty() && std::all_of(values.begin(), values.end(), [&](const Json& v) {
            return v == values.front();
        });
    return same ? std::move(values.front()) : Json(std::move(values));
}

std::size_t list_length(FieldReader& fields, std::string_view key) {
    const Json* list = fields.place().find(key);
    if (list == nullptr) {
        return 0;
    }
    fields.require(list->is_array(), key, "is not an array");
    fields.require(list->size() <= k_most_rows, key, "has more than two million rows");
    return fields.place().in_trouble() ? 0 : list->size();
}

}  // namespace advisor
