#pragma once

// What performance counters counted, in words and as names of columns.

#include <advisor/domain/profile.hpp>

#include <string>
#include <string_view>

namespace advisor::report {

/// "llc_load_misses" of "LLC-LOAD-MISSES".
[[nodiscard]] std::string column_name(std::string_view event);

/// "In user space the whole run had 1.23e9 instructions (2.10 per cycle), 16384 page faults." Empty
/// where nothing was counted but CPU time, which stands elsewhere.
[[nodiscard]] std::string counters_sentence(const Profile& profile);

}  // namespace advisor::report
