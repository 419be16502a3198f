#pragma once

// A table of text: columns as wide as their widest cell, numbers to the right. If that is wider
// than the page, the columns marked elastic give way, the widest first. Cells are escaped here.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "report/style.hpp"

namespace advisor::report {

enum class Align : std::uint8_t { left, right };
enum class Fit : std::uint8_t { rigid, elastic };

struct Column {
    std::string header;
    Align align = Align::left;
    Fit fit = Fit::rigid;
};

struct Cell {
    std::string text;
    Tone tone = Tone::plain;
};

using Row = std::vector<Cell>;

struct Table {
    std::vector<Column> columns;
    std::vector<Row> rows;  ///< each as long as `columns`
};

/// The header, unless all headers are empty, and one line a row, `indent` columns from the left.
[[nodiscard]] Lines lines_of(const Table& table, std::size_t indent, const TextStyle& style);

}  // namespace advisor::report
