#include "advisor/host/thread_activity.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace advisor {

namespace {

std::string_view next_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

std::optional<std::uint64_t> hexadecimal(std::string_view word) {
    std::uint64_t value = 0;
    if (word.substr(0, 2) != "0x") {
        return std::nullopt;
    }
    const auto [end, error] =
        std::from_chars(word.data() + 2, word.data() + word.size(), value, 16);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

// "running", "-1 0x7ffe5c20 0x7f14a3e5" (stack, counter), or
// "35 0x7ffe5c20 0x0 0x0 0x0 0x8 0x0 0x7ffe5be8 0x7f14a3e5" (call, arguments, stack, counter).
std::optional<ThreadActivity> parse_activity(std::string_view text) {
    const std::string_view first = next_word(text);
    ThreadActivity activity;
    if (first == "running") {
        return activity;
    }
    const auto [end, error] =
        std::from_chars(first.data(), first.data() + first.size(), activity.call);
    if (error != std::errc()) {
        return std::nullopt;
    }
    const bool in_system = activity.call >= 0;
    activity.kind = in_system ? ThreadActivity::Kind::in_system : ThreadActivity::Kind::elsewhere;
    for (std::uint64_t& argument : activity.arguments) {
        const auto value =
            in_system ? hexadecimal(next_word(text)) : std::optional<std::uint64_t>(0);
        if (!value) {
            return std::nullopt;
        }
        argument = *value;
    }
    activity.stack = hexadecimal(next_word(text)).value_or(0);
    return activity;
}

ThreadWatch::ThreadWatch(int pid, int tid)
    : descriptor_(
        ::open(fmt::format("/proc/{}/task/{}/syscall", pid, tid).c_str(), O_RDONLY | O_CLOEXEC)
    ) {}

ThreadWatch::ThreadWatch(ThreadWatch&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ThreadWatch::~ThreadWatch() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

std::optional<ThreadActivity> ThreadWatch::now() const {
    std::array<char, 256> text{};
    const ssize_t count = ::pread(descriptor_, text.data(), text.size(), 0);
    if (count <= 0) {
        return std::nullopt;
    }
    return parse_activity(std::string_view(text.data(), static_cast<std::size_t>(count)));
}

}  // namespace advisor
