#pragma once

// Node ids and paths are bytes; JSON strings are Unicode. Text that is UTF-8 stands in a document
// as it is. Every byte that is not part of a well-formed character is written as the private-use
// character U+F700 + byte, that is U+F780..U+F7FF; a genuine character of that range is written
// byte by byte in the same way, so that reading is never ambiguous:
// bytes_of(text_of(b)) == b for all b.
//
// Why not Python's surrogateescape: a lone surrogate makes the whole document unreadable for strict
// JSON parsers, the one used here among them.

#include <string>
#include <string_view>

namespace advisor {

/// Well-formed UTF-8 for any bytes.
[[nodiscard]] std::string text_of(std::string_view bytes);

/// The inverse; `text` is well-formed UTF-8.
[[nodiscard]] std::string bytes_of(std::string_view text);

}  // namespace advisor
