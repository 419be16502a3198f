#include "advisor/host/process_stat.hpp"

#include <charconv>
#include <system_error>

namespace advisor {

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
    const std::size_t end_of_name = text.rfind(") ");
    if (end_of_name == std::string_view::npos || text.size() < end_of_name + 5) {
        return std::nullopt;
    }
    ProcessStat stat;
    stat.state = text[end_of_name + 2];
    const std::string_view parent = text.substr(end_of_name + 4);
    const auto parsed = std::from_chars(parent.data(), parent.data() + parent.size(), stat.parent);
    return parsed.ec == std::errc() ? std::optional(stat) : std::nullopt;
}

}  // namespace advisor
