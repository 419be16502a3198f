#pragma once

// GitHub-flavoured Markdown in small pieces. Cells and sentences are escaped here; what is passed
// as `raw` is markup of our own.

#include <advisor/domain/measured.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "report/table.hpp"

namespace advisor::report::markdown {

struct Column {
    std::string header;
    Align align = Align::left;
};

/// A header, an alignment row and one line a row. A row whose first cell's tone is `strong` is
/// set in bold.
[[nodiscard]] std::string table(const std::vector<Column>& columns, const std::vector<Row>& rows);

/// The same, of columns that a table of text has, too.
[[nodiscard]] std::string
table_of(const std::vector<report::Column>& columns, const std::vector<Row>& rows);

[[nodiscard]] std::string heading(std::string_view text);
/// One escaped paragraph; empty for no text.
[[nodiscard]] std::string sentence(std::string_view text);
/// Escaped list items.
[[nodiscard]] std::string bullets(const std::vector<std::string>& items);
/// A fenced block whose fence is longer than any run of backticks inside.
[[nodiscard]] std::string code_block(std::string_view text);
/// Folded away behind `summary`; `raw` is Markdown.
[[nodiscard]] std::string details(std::string_view summary, std::string_view raw);
[[nodiscard]] std::string missing(const std::vector<Missing>& gaps);

}  // namespace advisor::report::markdown
