#pragma once

// Numbers and untrusted text made fit for people. Everything here is pure and independent of the
// locale. Node ids, paths and messages of a test suite are untrusted: they may hold control
// characters, terminal escapes or markup, and pass through one of the escapers before any sink.

#include <advisor/base/units.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

/// "12.3 s", "41 ms", "3 min 20 s", "0.4 ms": three significant figures at most.
[[nodiscard]] std::string format_seconds(Seconds time);

/// "512 B", "31 MiB", "1.5 GiB": binary multiples, two significant figures below ten.
[[nodiscard]] std::string format_bytes(Bytes size);

/// "12.30" for 12.3 with two decimals; "unknown" for what is not finite. What rounds to zero has no
/// sign: a difference of equal sums is -1e-17 as often as 0.
[[nodiscard]] std::string format_fixed(double value, int decimals);

/// "12.3 %" for 0.123; no decimals from 10 % on.
[[nodiscard]] std::string format_percent(double fraction);

/// "1 test", "12 tests": `plural` defaults to the singular with an s.
[[nodiscard]] std::string
format_count(std::size_t count, std::string_view singular, std::string_view plural = {});

/// C0, DEL, C1, bidirectional and invisible characters and invalid UTF-8 become \xNN or \uNNNN.
/// New lines and tabs are escaped too: the result is one line that no terminal interprets.
[[nodiscard]] std::string escape_terminal(std::string_view text);

/// For text and attribute values in HTML.
[[nodiscard]] std::string escape_html(std::string_view text);

/// For a cell of a Markdown table: one line, no active pipe, backtick or HTML.
[[nodiscard]] std::string escape_markdown(std::string_view text);

/// The edit distance of two words (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// For "did you mean": the nearest of `known`, or nothing if none is near.
[[nodiscard]] std::optional<std::string>
nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace advisor
