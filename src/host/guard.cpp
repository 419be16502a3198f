#include "host/guard.hpp"

#include <advisor/host/clock.hpp>

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace advisor {

namespace {

constexpr int k_farewell = 0;
constexpr int k_pause_ms = 20;
constexpr int k_most_rounds = 50;  ///< a second in all: a fork may outrun one look at /proc

bool carries(const std::filesystem::path& process, const std::string& tag) {
    std::ifstream file(process / "environ", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.find(tag) != std::string::npos;
}

/// True if there was any.
bool kill_tagged(const std::string& tag) {
    bool found = false;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        int pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc() && *end == '\0' && carries(entry.path(), tag)) {
            ::kill(pid, SIGKILL);
            found = true;
        }
    }
    return found;
}

/// The next number from the pipe; nothing at its end.
bool receive(int pipe, int& number) {
    while (true) {
        const ssize_t count = ::read(pipe, &number, sizeof number);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        return count == static_cast<ssize_t>(sizeof number);
    }
}

[[noreturn]] void stand_guard(int pipe, const std::string& tag) {
    ::setsid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) {
        ::signal(signal, SIG_IGN);
    }
    // Who waits for the end of our streams must not wait for this process.
    ::dup2(pipe, STDIN_FILENO);
    ::close_range(1, ~0U, 0);
    int group = 0;
    int number = 0;
    while (receive(STDIN_FILENO, number)) {
        if (number == k_farewell) {
            ::_exit(0);
        }
        group = number;
    }
    if (group > 0) {
        ::kill(-group, SIGKILL);
    }
    for (int round = 0; round < k_most_rounds && kill_tagged(tag); ++round) {
        ::poll(nullptr, 0, k_pause_ms);
    }
    ::_exit(0);
}

void tell(const Descriptor& pipe, int number) {
    [[maybe_unused]] const auto count = ::send(pipe.get(), &number, sizeof number, MSG_NOSIGNAL);
}

}  // namespace

Guard::Guard()
    : tag_(fmt::format("ADVISOR_RUN_ID={}-{}", ::getpid(), monotonic_ns())) {
    std::array<int, 2> ends{};
    // Unlike a pipe, it takes a message for a guard that is gone without a SIGPIPE.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return;  // without a guard, as with one that nobody needs
    }
    const Descriptor guards_end(ends[0]);
    pipe_ = Descriptor(ends[1]);
    const int between = ::fork();
    if (between == 0) {
        // Its parent ends at once, so that the guard is no child of ours to wait for.
        if (::fork() == 0) {
            stand_guard(guards_end.get(), tag_);
        }
        ::_exit(0);
    }
    if (between > 0) {
        ::waitpid(between, nullptr, 0);
    }
}

Guard::~Guard() {
    if (!pipe_.is_open()) {
        return;
    }
    tell(pipe_, k_farewell);
    int nothing = 0;
    while (::recv(pipe_.get(), &nothing, sizeof nothing, 0) < 0 && errno == EINTR) {
        // Until it has closed its end: nothing of ours outlives this process.
    }
}

void Guard::watch(int process_group) const {
    if (pipe_.is_open()) {
        tell(pipe_, process_group);
    }
}

}  // namespace advisor
