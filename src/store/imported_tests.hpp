#pragma once

// What both importers make a profile of: tests that have a duration and nothing else.

#include <advisor/base/result.hpp>
#include <advisor/domain/profile.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// A test of that node id whose module and class are found by pytest's separator, "::".
[[nodiscard]] TestCost imported_test(std::string id, TestOutcome outcome, Seconds time);

/// The tests one after another in the order given. `wall` is that of the session; what of it is not
/// in tests counts as collection. Empty: the sum of the tests.
[[nodiscard]] Profile imported_profile(
    std::vector<TestCost> tests, std::optional<Seconds> wall, std::vector<Missing> missing
);

[[nodiscard]] tl::unexpected<Error>
cannot_import(std::string_view noun, std::string_view origin, std::string because);

}  // namespace advisor
