#pragma once

// What was counted of each test: a member "counts" of the table of tests, with a column of whole
// numbers for each event, null for a test that never ran. There is none where nothing was counted,
// and in older documents.

#include <advisor/domain/profile.hpp>

#include "store/json_fields.hpp"

namespace advisor {

void write_counts(FieldWriter& table, const Profile& profile);

/// Into the tests of `profile`, which have been read.
void read_counts(FieldReader& table, Profile& profile);

}  // namespace advisor
