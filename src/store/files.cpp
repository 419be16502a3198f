#include "advisor/store/files.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/open_file.hpp"

namespace advisor {

namespace {

namespace fs = std::filesystem;

std::string reason_of(int number) {
    return std::generic_category().message(number);
}

tl::unexpected<Error>
cannot(std::string_view verb, const std::string& path, std::string because, std::string hint = {}) {
    return fail(
        ErrorKind::input,
        fmt::format("cannot {} '{}'", verb, escape_terminal(path)),
        std::move(because),
        std::move(hint)
    );
}

struct NewFile {
    OpenFile file;
    std::string path;
};

/// A new file beside `path`. Its mode comes from open, so that the umask applies to it.
NewFile create_beside(const std::string& path) {
    constexpr int k_attempts = 100;
    for (int attempt = 0; attempt < k_attempts; ++attempt) {
        std::string name = fmt::format("{}.{}.{}.tmp", path, ::getpid(), attempt);
        OpenFile file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (file.is_open() || errno != EEXIST) {
            return {std::move(file), std::move(name)};
        }
    }
    return {OpenFile(-1), {}};
}

/// The rename is on disk only once the directory is; a file system that cannot sync directories
/// gives what it can.
void sync_directory_of(const std::string& path) {
    const fs::path parent = fs::path(path).parent_path();
    const OpenFile directory(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    );
    if (directory.is_open()) {
        ::fsync(directory.get());
    }
}

Result<NewFile> new_file_for(const std::string& path) {
    NewFile made = create_beside(path);
    if (!made.file.is_open()) {
        return cannot("write", path, reason_of(errno), "make the directory, or name another file");
    }
    return made;
}

Status replace_file(const std::string& path, std::string_view bytes) {
    const auto file = new_file_for(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    const NewFile& made = *file;
    int error = write_all(made.file.get(), bytes);
    if (error == 0 && ::fsync(made.file.get()) != 0) {
        error = errno;
    }
    if (error == 0 && ::rename(made.path.c_str(), path.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        ::unlink(made.path.c_str());
        return cannot("write", path, reason_of(error));
    }
    sync_directory_of(path);
    return {};
}

/// A terminal, a pipe or /dev/null is written to, never replaced.
Status write_through(const std::string& path, std::string_view bytes) {
    const OpenFile file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    const int error = file.is_open() ? write_all(file.get(), bytes) : errno;
    return error == 0 ? Status{} : cannot("write", path, reason_of(error));
}

struct Target {
    std::string path;
    bool is_replaced;
};

constexpr int k_most_links = 40;  // as the kernel follows

Result<Target> target_of(const std::string& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
        return cannot("write", path, "it is a directory", "name a file");
    }
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        return Target{path, false};
    }
    // Through symbolic links, so that they stay and the file they name is replaced, or made.
    fs::path target = path;
    for (int links = 0; links < k_most_links && fs::is_symlink(target, error); ++links) {
        target = target.parent_path() / fs::read_symlink(target, error);
    }
    if (fs::is_symlink(target, error)) {
        return cannot("write", path, "it is a circle of symbolic links", "name a file");
    }
    return Target{target.string(), true};
}

/// Makes one directory if it is not there, its parent being there.
Status make_one(const fs::path& directory) {
    if (::mkdir(directory.c_str(), 0777) != 0) {
        const int error = errno;
        std::error_code ignored;
        if (error == EEXIST && fs::is_directory(directory, ignored)) {
            return {};
        }
        const bool taken = error == EEXIST;
        return cannot(
            "make the directory",
            directory.string(),
            taken ? "something else than a directory has that name" : reason_of(error)
        );
    }
    if (directory.filename() == ".advisor") {
        return write_file((directory / ".gitignore").string(), "*\n");
    }
    return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, Bytes limit) {
    // Not blocking: the open of a pipe would wait for its writer before it could be refused.
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
        return cannot("read", path, reason_of(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return cannot("read", path, "it is not a regular file", "name a file");
    }
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(std::min<std::int64_t>(status.st_size, limit.value())));
    std::array<char, 1U << 16U> block{};
    for (;;) {
        const ::ssize_t count = ::read(file.get(), block.data(), block.size());
        if (count == 0) {
            return bytes;
        }
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return cannot("read", path, reason_of(errno));
        }
        bytes.append(block.data(), static_cast<std::size_t>(count));
        // Not by the size it stated: the file may grow while it is read.
        if (std::cmp_greater(bytes.size(), limit.value())) {
            return cannot(
                "read",
                path,
                fmt::format("it is larger than {}", format_bytes(limit)),
                "name the right file"
            );
        }
    }
}

Status write_file(const std::string& path, std::string_view bytes) {
    const auto target = target_of(path);
    if (!target) {
        return tl::unexpected(target.error());
    }
    return target->is_replaced ? replace_file(target->path, bytes) : write_through(path, bytes);
}

Status can_write(const std::string& path) {
    const auto target = target_of(path);
    if (!target) {
        return tl::unexpected(target.error());
    }
    if (!target->is_replaced) {
        return write_through(path, "");
    }
    const auto made = new_file_for(target->path);
    if (!made) {
        return tl::unexpected(made.error());
    }
    ::unlink(made->path.c_str());
    return {};
}

Status make_directory(const std::string& path) {
    fs::path made;
    for (const fs::path& part : fs::path(path)) {
        made /= part;
        if (part.empty() || part == "/") {
            continue;
        }
        if (Status status = make_one(made); !status) {
            return status;
        }
    }
    return {};
}

}  // namespace advisor
