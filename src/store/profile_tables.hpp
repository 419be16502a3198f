#pragma once

// The tables of a profile that grow with the suite: its tests and its fixture instances. Their
// columns are members of the object that `fields` stands for.

#include <advisor/domain/profile.hpp>

#include <vector>

#include "store/json_fields.hpp"

namespace advisor {

void write_tests(FieldWriter& fields, const std::vector<TestCost>& tests);
[[nodiscard]] std::vector<TestCost> read_tests(FieldReader& fields);

void write_fixtures(FieldWriter& fields, const std::vector<FixtureInstance>& fixtures);
[[nodiscard]] std::vector<FixtureInstance> read_fixtures(FieldReader& fields);

void write_function_fixtures(FieldWriter& fields, const std::vector<FunctionFixture>& fixtures);
[[nodiscard]] std::vector<FunctionFixture> read_function_fixtures(FieldReader& fields);

}  // namespace advisor
