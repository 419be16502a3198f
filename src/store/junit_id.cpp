#include "store/junit_id.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace advisor {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

bool is_test_file(std::string_view part) {
    return part.starts_with("test_") || part.ends_with("_test");
}

bool is_class(std::string_view part) {
    return !part.empty() && part.front() >= 'A' && part.front() <= 'Z';
}

/// How many of the parts of a class name are of the file's path: up to the last one that is named
/// as a test file, else all before the capitalised ones at the end, but at least one.
std::size_t file_parts(const std::vector<std::string>& parts) {
    const auto file = std::find_if(parts.rbegin(), parts.rend(), is_test_file);
    if (file != parts.rend()) {
        return static_cast<std::size_t>(parts.rend() - file);
    }
    const auto inner = std::find_if_not(parts.rbegin(), parts.rend(), is_class);
    return std::max<std::size_t>(1, static_cast<std::size_t>(parts.rend() - inner));
}

/// The parts of the class name that a known path takes up; a plugin may have put a prefix before
/// them. All of them, if the path is not there.
std::size_t parts_of_path(std::string_view file, std::string_view class_name) {
    std::string path(file.substr(0, file.rfind(".py")));
    std::replace(path.begin(), path.end(), '/', '.');
    const std::size_t at = class_name.find(path);
    const std::size_t end = at == std::string_view::npos ? class_name.size() : at + path.size();
    return split(class_name.substr(0, end), '.').size();
}

}  // namespace

std::string
junit_node_id(std::string_view file, std::string_view class_name, std::string_view name) {
    std::string id(file);
    if (class_name.empty()) {
        return id.empty() ? std::string(name) : id.append("::").append(name);
    }
    const std::vector<std::string> parts = split(class_name, '.');
    std::size_t used = 0;
    if (id.empty()) {
        used = file_parts(parts);
        for (std::size_t i = 0; i < used; ++i) {
            id.append(i == 0 ? "" : "/").append(parts[i]);
        }
        id += ".py";
    } else {
        used = parts_of_path(file, class_name);
    }
    for (std::size_t i = used; i < parts.size(); ++i) {
        id.append("::").append(parts[i]);
    }
    return id.append("::").append(name);
}

}  // namespace advisor
