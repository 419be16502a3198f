#include "advisor/host/descendants.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "advisor/host/clock.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_most = 64;

void add_children(int parent, std::vector<Descendant>& found) {
    std::error_code error;
    std::filesystem::directory_iterator task(fmt::format("/proc/{}/task", parent), error);
    for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
        std::ifstream children(task->path() / "children");
        for (int pid = 0; found.size() < k_most && children >> pid;) {
            if (const auto used = process_cpu_ns(pid)) {
                found.push_back({pid, parent, *used});
            }
        }
    }
}

}  // namespace

std::vector<Descendant> descendants_of(int pid) {
    std::vector<Descendant> found;
    add_children(pid, found);
    for (std::size_t i = 0; i < found.size(); ++i) {  // grows while it is walked
        add_children(found[i].pid, found);
    }
    return found;
}

}  // namespace advisor
