#pragma once

// Where the cgroups of this process stand: for a controller, the directories from its own group up
// to the root of the mount, nearest first.

#include <advisor/host/file_reader.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace advisor {

struct CgroupPath {
    std::vector<std::string> directories;
    bool unified = false;  ///< cgroup v2
};

/// Those of cgroup v2 where no controller is named. Empty directories if the controller is mounted
/// nowhere. In a container the group's path often lies outside the mount's view; then the mount
/// point itself is used.
[[nodiscard]] CgroupPath cgroup_of(const FileReader& files, std::string_view controller);

}  // namespace advisor
