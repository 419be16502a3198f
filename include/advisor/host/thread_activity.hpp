#pragma once

// What a thread of another process does at the moment, as /proc/<pid>/task/<tid>/syscall says. The
// kernel asks for the same permission as for reading the process's memory.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace advisor {

struct ThreadActivity {
    enum class Kind : std::uint8_t {
        runnable,   ///< it runs, or waits for nothing but a core
        in_system,  ///< it waits within the system call below
        elsewhere,  ///< it waits, but in no system call: mostly for a page of a file
    };
    Kind kind = Kind::runnable;
    int call = -1;                             ///< the architecture's number of the system call
    std::array<std::uint64_t, 6> arguments{};  ///< of the call
    std::uint64_t stack = 0;                   ///< its stack pointer
    friend bool operator==(const ThreadActivity&, const ThreadActivity&) = default;
};

/// Nothing for a text that is none.
[[nodiscard]] std::optional<ThreadActivity> parse_activity(std::string_view text);

/// Keeps the file open, since it is read hundreds of times in a second.
class ThreadWatch {
public:
    ThreadWatch(int pid, int tid);
    ThreadWatch(ThreadWatch&& other) noexcept;
    ThreadWatch& operator=(ThreadWatch&&) = delete;
    ThreadWatch(const ThreadWatch&) = delete;
    ThreadWatch& operator=(const ThreadWatch&) = delete;
    ~ThreadWatch();

    /// Nothing if it may not be read, or the thread is gone.
    [[nodiscard]] std::optional<ThreadActivity> now() const;

private:
    int descriptor_ = -1;
};

}  // namespace advisor
