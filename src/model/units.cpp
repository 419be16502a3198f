#include "model/units.hpp"

#include <set>

namespace advisor::model {

namespace {

std::string joined(const std::vector<std::string>& groups, XdistVersion version) {
    if (version < XdistVersion{3, 7, 0}) {
        return groups.back();
    }
    std::string text;
    for (const std::string& group : std::set<std::string>(groups.begin(), groups.end())) {
        text += (text.empty() ? "" : "_") + group;
    }
    return text;
}

}  // namespace

std::string_view scope_unit(std::string_view id) {
    return id.substr(0, id.rfind("::"));
}

std::string_view file_unit(std::string_view id) {
    return id.substr(0, id.find("::"));
}

std::string
group_unit(std::string_view id, const std::vector<std::string>& groups, XdistVersion version) {
    std::string full(id);
    if (!groups.empty()) {
        full += "@" + joined(groups, version);
    }
    const std::size_t at = full.rfind('@');
    const std::size_t bracket = full.rfind(']');
    if (at == std::string::npos || (bracket != std::string::npos && bracket > at)) {
        return full;
    }
    return full.substr(at + 1);
}

}  // namespace advisor::model
