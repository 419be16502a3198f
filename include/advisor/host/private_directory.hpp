#pragma once

// A directory that only this user can enter, for the time of a run: plugin files, journals.

#include <advisor/base/result.hpp>

#include <string>
#include <string_view>

namespace advisor {

class PrivateDirectory {
public:
    /// Below TMPDIR, or /tmp.
    [[nodiscard]] static Result<PrivateDirectory> create();

    PrivateDirectory(PrivateDirectory&& other) noexcept;
    PrivateDirectory& operator=(PrivateDirectory&& other) noexcept;
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;
    /// Removes it with all that is in it.
    ~PrivateDirectory();

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Makes a file in it, mode 0600, and the directories that its name has.
    [[nodiscard]] Status put(std::string_view name, std::string_view bytes) const;

private:
    explicit PrivateDirectory(std::string path)
        : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace advisor
