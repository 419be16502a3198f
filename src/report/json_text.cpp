#include "report/json_text.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <cmath>

namespace advisor::report {

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : escape_terminal(text)) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '<': out += "\\u003c"; break;
        case '>': out += "\\u003e"; break;
        case '&': out += "\\u0026"; break;
        default: out += c;
        }
    }
    return out + "\"";
}

std::string json_number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

std::string json_array(const std::vector<std::string>& elements) {
    std::string out = "[";
    for (const std::string& element : elements) {
        out += out.size() == 1 ? "" : ",";
        out += element;
    }
    return out + "]";
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
    return raw(key, json_string(value));
}

JsonObject& JsonObject::number(std::string_view key, double value) {
    return raw(key, json_number(value));
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view value) {
    fields_ += fields_.empty() ? "" : ",";
    fields_ += json_string(key);
    fields_ += ':';
    fields_ += value;
    return *this;
}

}  // namespace advisor::report
