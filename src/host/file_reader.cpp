#include "advisor/host/file_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace advisor {

FileReader::FileReader(std::string root)
    : root_(std::move(root)) {}

std::optional<std::string> FileReader::read(const std::string& path) const {
    const int descriptor = ::open((root_ + path).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return std::nullopt;
    }
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    do {
        count = ::read(descriptor, buffer.data(), buffer.size());
        if (count > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(count));
        }
    } while (count > 0 || (count < 0 && errno == EINTR));
    ::close(descriptor);
    if (count < 0) {
        return std::nullopt;
    }
    return text;
}

}  // namespace advisor
