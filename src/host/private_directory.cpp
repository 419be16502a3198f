#include "advisor/host/private_directory.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "host/descriptor.hpp"

namespace advisor {

Result<PrivateDirectory> PrivateDirectory::create() {
    const char* base = ::getenv("TMPDIR");
    std::string path =
        fmt::format("{}/advisor-XXXXXX", base != nullptr && *base != '\0' ? base : "/tmp");
    if (::mkdtemp(path.data()) == nullptr) {
        return fail(
            ErrorKind::environment,
            fmt::format("cannot make a directory like {}", path),
            std::strerror(errno),
            "set TMPDIR to a directory that can be written"
        );
    }
    return PrivateDirectory(path);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

PrivateDirectory& PrivateDirectory::operator=(PrivateDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

PrivateDirectory::~PrivateDirectory() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

Status PrivateDirectory::put(std::string_view name, std::string_view bytes) const {
    const std::string file = fmt::format("{}/{}", path_, name);
    std::error_code unmade;  // then the file cannot be opened either
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), unmade);
    const Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    while (fd.is_open() && !bytes.empty()) {
        const ssize_t count = ::write(fd.get(), bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            break;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
    }
    if (!fd.is_open() || !bytes.empty()) {
        return fail(
            ErrorKind::environment,
            fmt::format("cannot write {}", file),
            std::strerror(errno),
            "is the disk full?"
        );
    }
    return {};
}

}  // namespace advisor
