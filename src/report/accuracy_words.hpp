#pragma once

// The score of the predictions, in the words and rows that text and Markdown share.

#include <advisor/domain/accuracy.hpp>

#include <string>
#include <vector>

#include "report/table.hpp"

namespace advisor::report {

/// What was compared, when and where, and what came of it.
[[nodiscard]] std::vector<std::string> accuracy_sentences(const Accuracy& accuracy);

[[nodiscard]] std::vector<Column> suite_accuracy_columns();
[[nodiscard]] std::vector<Row> suite_accuracy_rows(const Accuracy& accuracy);

/// Our own errors first, then those of each rival.
[[nodiscard]] std::vector<Column> rival_columns();
[[nodiscard]] std::vector<Row> rival_rows(const Accuracy& accuracy);

}  // namespace advisor::report
