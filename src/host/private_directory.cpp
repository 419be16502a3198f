#include "advisor/host/private_directory.hpp"

#include <advisor/host/descriptor.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace advisor {

namespace {

void remove(const std::string& directory) {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
}

}  // namespace

Result<PrivateDirectory> PrivateDirectory::create() {
    const char* base = ::getenv("TMPDIR");
    std::uint64_t number = 0;
    [[maybe_unused]] const auto drawn = ::getrandom(&number, sizeof number, 0);
    const std::string path =
        fmt::format("{}/advisor-{:016x}", base != nullptr && *base != '\0' ? base : "/tmp", number);
    Guard guard([&](int) { remove(path); });  // knows the name before it is there
    if (::mkdir(path.c_str(), 0700) != 0) {
        return fail(
            ErrorKind::environment,
            fmt::format("cannot make the directory {}", path),
            std::strerror(errno),
            "set TMPDIR to a directory that can be written"
        );
    }
    return PrivateDirectory(path, std::move(guard));
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      guard_(std::move(other.guard_)) {}

PrivateDirectory::~PrivateDirectory() {
    if (!path_.empty()) {
        remove(path_);
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
            "is the disk full, or the limit of files (ulimit -f) too low?"
        );
    }
    return {};
}

}  // namespace advisor
