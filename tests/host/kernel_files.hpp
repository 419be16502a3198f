#pragma once

// Files as the kernel has them in /proc and /sys, below a directory of the test's own.

#include <advisor/host/machine.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include "scratch.hpp"

namespace advisor::building {

class KernelFiles {
public:
    explicit KernelFiles(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()
    )
        : scratch_(parent) {}

    /// `path` from the root on: "/proc/self/cgroup".
    void put(const std::string& path, const std::string& text) const {
        const std::filesystem::path full = scratch_.path("") + path;
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full) << text;
    }
    void remove(const std::string& path) const {
        std::filesystem::remove_all(scratch_.path("") + path);
    }
    [[nodiscard]] FileReader reader() const { return FileReader(scratch_.path("")); }

private:
    Scratch scratch_;
};

}  // namespace advisor::building
