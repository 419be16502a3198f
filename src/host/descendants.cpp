#include "advisor/host/descendants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>

#include "advisor/host/clock.hpp"
#include "advisor/host/file_reader.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_most = 64;

void add_children(int parent, std::vector<Descendant>& found) {
    const FileReader files;
    std::error_code error;
    std::filesystem::directory_iterator task(fmt::format("/proc/{}/task", parent), error);
    for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
        const auto children = files.read((task->path() / "children").string()).value_or("");
        const char* at = children.data();
        const char* const end = at + children.size();
        for (int pid = 0; found.size() < k_most;) {
            const auto parsed = std::from_chars(at, end, pid);
            if (parsed.ec != std::errc()) {
                break;
            }
            at = std::min(parsed.ptr + 1, end);  // a space
            if (const auto used = process_cpu_ns(pid)) {
                found.push_back({pid, parent, *used});
            }
        }
    }
}

}  // namespace

std::vector<Descendant> descendants_of(int pid, const std::vector<Descendant>& before) {
    std::vector<Descendant> found;
    add_children(pid, found);
    for (std::size_t i = 0; i < found.size(); ++i) {  // grows while it is walked
        add_children(found[i].pid, found);
    }
    for (const Descendant& each : before) {
        const bool is_there = std::any_of(found.begin(), found.end(), [&](const Descendant& other) {
            return other.pid == each.pid;
        });
        if (const auto used = is_there ? std::nullopt : process_cpu_ns(each.pid)) {
            found.push_back({each.pid, 0, *used});
        }
    }
    return found;
}

}  // namespace advisor
