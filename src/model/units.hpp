#pragma once

// Which tests xdist's scope family keeps together, by their node id.

#include <advisor/model/predict.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace advisor::model {

/// loadscope: the id cut at its last "::". A "::" inside of a parameter cuts there too, as xdist
/// does (LoadScopeScheduling._split_scope).
[[nodiscard]] std::string_view scope_unit(std::string_view id);

/// loadfile: the id cut at its first "::".
[[nodiscard]] std::string_view file_unit(std::string_view id);

/// loadgroup: what follows the last "@" of the id after the worker has appended "@" and the test's
/// groups, unless a "]" stands behind it. Since 3.7 all groups are joined with "_" in the order of
/// their names; before, only the innermost mark counted.
[[nodiscard]] std::string
group_unit(std::string_view id, const std::vector<std::string>& groups, XdistVersion version);

}  // namespace advisor::model
