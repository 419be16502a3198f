#include "host/cgroup.hpp"

#include <sstream>

namespace advisor {

namespace {

struct Mount {
    std::string point;
    std::string root;  ///< the part of the hierarchy that is visible here
    bool unified = false;
};

bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::string_view part = list.substr(0, list.find(','));
        if (part == word) {
            return true;
        }
        list.remove_prefix(std::min(list.size(), part.size() + 1));
    }
    return false;
}

/// Mounts of cgroup file systems in the order of /proc/self/mountinfo: v1 ones that carry the
/// controller, and v2.
std::vector<Mount> mounts_of(const FileReader& files, std::string_view controller) {
    std::vector<Mount> mounts;
    std::istringstream lines(files.read("/proc/self/mountinfo").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        // 36 35 98:0 /root /point options - type source super-options
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) {
            continue;
        }
        std::istringstream before(line.substr(0, dash));
        std::string skipped;
        Mount mount;
        before >> skipped >> skipped >> skipped >> mount.root >> mount.point;
        std::istringstream after(line.substr(dash + 3));
        std::string type;
        std::string source;
        std::string options;
        after >> type >> source >> options;
        mount.unified = type == "cgroup2";
        if (mount.unified || (type == "cgroup" && has_word(options, controller))) {
            mounts.push_back(mount);
        }
    }
    return mounts;
}

/// The group's path in the hierarchy of `controller` (v1) or the unified one.
std::string group_in(const FileReader& files, std::string_view controller, bool unified) {
    std::istringstream lines(files.read("/proc/self/cgroup").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) {
            continue;
        }
        const std::string_view controllers =
            std::string_view(line).substr(first + 1, second - first - 1);
        const bool here = unified ? controllers.empty() && line.starts_with("0:")
                                  : has_word(controllers, controller);
        if (here) {
            return line.substr(second + 1);
        }
    }
    return "/";
}

std::vector<std::string> ancestors(const Mount& mount, std::string group) {
    if (mount.root != "/" && group.starts_with(mount.root)) {
        group = group.substr(mount.root.size());
    }
    while (!group.empty() && group.back() == '/') {
        group.pop_back();
    }
    std::vector<std::string> directories;
    while (!group.empty()) {
        directories.push_back(mount.point + group);
        group = group.substr(0, group.rfind('/'));
    }
    directories.push_back(mount.point);
    return directories;
}

}  // namespace

CgroupPath cgroup_of(const FileReader& files, std::string_view controller) {
    const std::vector<Mount> mounts = mounts_of(files, controller);
    const Mount* chosen = nullptr;
    for (const Mount& mount : mounts) {
        // A v1 mount of the controller wins: in a hybrid hierarchy v2 does not carry it.
        if (chosen == nullptr || (chosen->unified && !mount.unified)) {
            chosen = &mount;
        }
    }
    if (chosen == nullptr) {
        return {};
    }
    return {ancestors(*chosen, group_in(files, controller, chosen->unified)), chosen->unified};
}

}  // namespace advisor
