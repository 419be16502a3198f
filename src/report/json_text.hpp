#pragma once

// The little JSON that this room writes itself: a trace and the page's data. Strings pass
// escape_terminal, which also makes them valid UTF-8, and never hold <, > or &, so that the text
// can stand inside an HTML script element. A number that is not finite becomes null.

#include <string>
#include <string_view>
#include <vector>

namespace advisor::report {

[[nodiscard]] std::string json_string(std::string_view text);
[[nodiscard]] std::string json_number(double value);
/// Elements are JSON already.
[[nodiscard]] std::string json_array(const std::vector<std::string>& elements);

/// An object in the making; fields keep their order.
class JsonObject {
public:
    JsonObject& text(std::string_view key, std::string_view value);
    JsonObject& number(std::string_view key, double value);
    /// `value` is JSON already.
    JsonObject& raw(std::string_view key, std::string_view value);

    [[nodiscard]] std::string str() const { return "{" + fields_ + "}"; }

private:
    std::string fields_;
};

}  // namespace advisor::report
