#pragma once

// Words of a verification; shared by text and Markdown.

#include <advisor/domain/verification.hpp>

#include <string>
#include <vector>

#include "report/table.hpp"

namespace advisor::report {

/// Configuration, predicted and its range, measured and its range, error, promised and measured
/// speed-up.
[[nodiscard]] std::vector<Row> rows_of(const Verification& verification);
[[nodiscard]] std::vector<Column> verification_columns();

[[nodiscard]] std::string noise_sentence(const Verification& verification);

}  // namespace advisor::report
