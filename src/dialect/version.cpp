#include "advisor/dialect/version.hpp"

#include <charconv>

namespace advisor {

Version version_of(const std::string& text) {
    Version version{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int& part : version) {
        const auto [next, error] = std::from_chars(at, end, part);
        if (error != std::errc() || next == end || *next != '.') {
            break;
        }
        at = next + 1;
    }
    return version;
}

}  // namespace advisor
