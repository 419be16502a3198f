#include <advisor/base/text.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/recording.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/open_file.hpp"

namespace advisor {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot_write(const std::string& path, int number) {
    return fail(
        ErrorKind::environment,
        fmt::format("cannot write '{}'", escape_terminal(path)),
        std::generic_category().message(number)
    );
}

/// Where no lock can be had, as on some network file systems, the file is taken for nobody's.
bool is_abandoned(const fs::path& path) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    return file.is_open() && (::flock(file.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
}

}  // namespace

Result<RecordingFile> RecordingFile::create(const std::string& prefix, const RecordingHead& head) {
    if (Status made = make_directory(fs::path(prefix).parent_path().string()); !made) {
        return tl::unexpected(made.error());
    }
    std::string path = prefix + "XXXXXX";
    const int descriptor = ::mkostemp(path.data(), O_APPEND | O_CLOEXEC);
    if (descriptor < 0) {
        return cannot_write(path, errno);
    }
    ::flock(descriptor, LOCK_EX | LOCK_NB);
    const std::string bytes = to_bytes(head);
    RecordingFile file(descriptor, std::move(path), bytes.size());
    if (const Status written = file.append(bytes); !written) {
        file.remove();
        return tl::unexpected(written.error());
    }
    return file;
}

RecordingFile::RecordingFile(RecordingFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      head_bytes_(other.head_bytes_) {}

RecordingFile::~RecordingFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Status RecordingFile::append(std::string_view frames) const {
    const int error = write_all(descriptor_, frames);
    return error == 0 ? Status{} : cannot_write(path_, error);
}

std::uint64_t RecordingFile::length() const {
    struct stat status {};
    ::fstat(descriptor_, &status);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return size - std::min(size, head_bytes_);
}

void RecordingFile::remove() const {
    ::unlink(path_.c_str());
}

std::vector<std::string> interrupted_recordings(const std::string& prefix) {
    const fs::path directory = fs::path(prefix).parent_path();
    const std::string name = fs::path(prefix).filename();
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory.empty() ? "." : directory, ignored)) {
        const bool is_named = entry.path().filename().string().starts_with(name);
        if (is_named && entry.is_regular_file(ignored) && is_abandoned(entry.path())) {
            found.emplace_back(entry.last_write_time(ignored), entry.path().string());
        }
    }
    std::sort(found.rbegin(), found.rend());
    std::vector<std::string> paths;
    paths.reserve(found.size());
    for (auto& [time, path] : found) {
        paths.push_back(std::move(path));
    }
    return paths;
}

}  // namespace advisor
