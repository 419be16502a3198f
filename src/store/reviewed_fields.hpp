#pragma once

// What the reviewed data of models/ has in common: a number never stands without its unit and its
// source. `{"value": 0.045, "unit": "s", "source": "..."}`.

#include <advisor/base/assert.hpp>

#include <string>
#include <string_view>

#include "store/json_fields.hpp"

namespace advisor {

/// The value of such a number, whose unit must be `unit`.
[[nodiscard]] inline double
reviewed_number(FieldReader& fields, std::string_view key, std::string_view unit) {
    double value = 0.0;
    fields.object(key, [&](FieldReader& number) {
        std::string stated_unit;
        std::string source;
        number.field("value", value);
        number.field("unit", stated_unit);
        number.field("source", source);
        number.require(stated_unit == unit, "unit", "is another than the program's");
        number.require(!source.empty(), "source", "is empty");
    });
    return value;
}

[[nodiscard]] inline Seconds reviewed_seconds(FieldReader& fields, std::string_view key) {
    return Seconds(reviewed_number(fields, key, "s"));
}

/// The value that `read` makes of an embedded file. A fault in it is a fault of this program, found
/// by its tests, not one that a user can meet.
template <typename Read>
[[nodiscard]] auto from_embedded(std::string_view text, const Read& read) {
    const auto json = parse_json(text, Extent::whole);
    ADVISOR_ASSERT(json.has_value(), "the data that was compiled in is JSON");
    Trouble trouble;
    const Place top(*json, trouble);
    FieldReader fields(top);
    auto value = read(fields);
    ADVISOR_ASSERT(!trouble.found(), "the data that was compiled in has all its fields");
    return value;
}

}  // namespace advisor
