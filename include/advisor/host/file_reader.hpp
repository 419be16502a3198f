#pragma once

// Reads small files of the kernel (/proc, /sys, cgroups) below a root, so that tests can hand in a
// tree of their own.

#include <optional>
#include <string>

namespace advisor {

class FileReader {
public:
    /// `root` stands before every path; empty: the machine itself.
    explicit FileReader(std::string root = {});

    /// The whole file, or nothing if it cannot be read. `path` is absolute.
    [[nodiscard]] std::optional<std::string> read(const std::string& path) const;

private:
    std::string root_;
};

}  // namespace advisor
