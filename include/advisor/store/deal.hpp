#pragma once

// The file by which a run's own plugin learns how to deal: one line of JSON,
//
//   {"families": [{"setup_s": 1.5, "workers": 2, "units": [
//       {"setup_s": 0.2, "divisible": true, "tests": [["tests/test_a.py::test", 0.1], ...]}]}]}
//
// Node ids are bytes, written as Latin-1, as in the journal. It lives as long as the run.

#include <advisor/domain/deal.hpp>

#include <string>
#include <vector>

namespace advisor {

[[nodiscard]] std::string deal_text(const Deal& deal);

/// A list of node ids for a plugin, spelt in the same way.
[[nodiscard]] std::string ids_text(const std::vector<std::string>& ids);

}  // namespace advisor
