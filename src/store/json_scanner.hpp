#pragma once

// The events of a JSON text, several times faster than nlohmann's own parser finds them: that one
// takes its text character by character and its numbers through strtod.
//
// It understands what our documents hold and leaves the rest to the library: strings with escapes
// or beyond ASCII are parsed there one by one, and a text that it does not accept is the library's
// to judge, which then knows the place of the fault.

#include <string_view>

#include "store/json_text.hpp"

namespace advisor {

/// True if all of `text` is one value, and `events` took each event that it brought. False if an
/// event was refused, or if the scanner does not accept the text: a well-formed one all the same
/// may be (a byte order mark, a number nearer to zero than any double).
[[nodiscard]] bool scan_json(std::string_view text, nlohmann::json_sax<Json>& events);

}  // namespace advisor
