#include "store/count_columns.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "store/json_columns.hpp"

namespace advisor {

namespace {

/// More than a run counts. A column of one number would take 16 MB for two million tests.
constexpr std::size_t k_most_events = 16;

using Count = std::optional<std::int64_t>;

Json column_of_event(const std::vector<TestCost>& tests, std::size_t event) {
    Json::array_t values;
    values.reserve(tests.size());
    for (const TestCost& test : tests) {
        values.push_back(event < test.counts.size() ? Json(test.counts[event]) : Json(nullptr));
    }
    return column_of(std::move(values));
}

/// Of the `event`-th event; a test has counts of all events or of none.
void read_event(const Place& column, std::size_t event, std::vector<TestCost>& tests) {
    const auto decode = [](const Place& at) {
        return at.json().is_null() ? Count() : Count(ColumnCodec<std::int64_t>::read(at));
    };
    read_column(column, tests.size(), decode, [&](std::size_t row, Count count, const Place& at) {
        std::vector<std::int64_t>& counts = tests[row].counts;
        if (counts.size() != (count ? event : 0)) {
            at.refuse("is of a test that has counts of some events only");
        } else if (count) {
            counts.push_back(*count);
        }
    });
}

}  // namespace

void write_counts(FieldWriter& table, const Profile& profile) {
    if (profile.counted.empty()) {
        return;
    }
    table.object("counts", [&](FieldWriter& counts) {
        for (std::size_t event = 0; event < profile.counted.size(); ++event) {
            counts.json()[text_of(profile.counted[event])] = column_of_event(profile.tests, event);
        }
    });
    table.derived("counts_source", Source::derived);
}

void read_counts(FieldReader& table, Profile& profile) {
    if (!table.place().has("counts")) {
        return;
    }
    table.object("counts", [&](FieldReader& counts) {
        const Json& columns = counts.place().json();
        if (!columns.is_object() || columns.size() > k_most_events) {
            counts.place().refuse("is not an object of at most 16 events");
            return;
        }
        for (const auto& [event, column] : columns.get_ref<const Json::object_t&>()) {
            read_event(counts.place().member(event, column), profile.counted.size(), profile.tests);
            profile.counted.push_back(bytes_of(event));
        }
    });
}

}  // namespace advisor
