#pragma once

// A directory that only this user can enter, for the time of a run: plugin files, journals. It goes
// with its owner, and with this process where that is killed.

#include <advisor/base/result.hpp>
#include <advisor/host/guard.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace advisor {

class PrivateDirectory {
public:
    /// Below TMPDIR, or /tmp.
    [[nodiscard]] static Result<PrivateDirectory> create();

    PrivateDirectory(PrivateDirectory&& other) noexcept;
    PrivateDirectory& operator=(PrivateDirectory&&) = delete;
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;
    /// Removes it with all that is in it.
    ~PrivateDirectory();

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Makes a file in it, mode 0600, and the directories that its name has.
    [[nodiscard]] Status put(std::string_view name, std::string_view bytes) const;

private:
    PrivateDirectory(std::string path, Guard guard)
        : path_(std::move(path)),
          guard_(std::move(guard)) {}

    std::string path_;
    Guard guard_;
};

}  // namespace advisor
