#pragma once

// Node ids out of JUnit XML. pytest writes tests/a/test_b.py::TestC::test_d as the class name
// "tests.a.test_b.TestC" and the name "test_d"; with junit_family=xunit1 the file as well. Without
// the file nothing but the names tells it from classes.

#include <string>
#include <string_view>

namespace advisor {

/// Empty where all three are. `file` and `class_name` may be.
[[nodiscard]] std::string
junit_node_id(std::string_view file, std::string_view class_name, std::string_view name);

}  // namespace advisor
