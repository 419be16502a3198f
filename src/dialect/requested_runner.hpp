#pragma once

// Runners of others that are never recommended and run only where a configuration names them:
// runner=pytest-parallel and runner=pytest-threadlanes. Their defects stand in models/runners.

#include <advisor/base/result.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>

#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// Nothing if this interpreter can run it.
[[nodiscard]] std::optional<Error>
why_not_requested(const Configuration& configuration, const Interpreter& interpreter);

[[nodiscard]] std::vector<std::string> requested_arguments(const Configuration& configuration);

}  // namespace advisor
