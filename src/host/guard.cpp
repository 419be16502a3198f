#include "advisor/host/guard.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace advisor {

namespace {

constexpr int k_farewell = 0;

/// The next number from the line; nothing at its end.
bool receive(const Descriptor& line, int& number) {
    while (true) {
        const ssize_t count = ::read(line.get(), &number, sizeof number);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        return count == static_cast<ssize_t>(sizeof number);
    }
}

void send(const Descriptor& line, int number) {
    [[maybe_unused]] const auto count = ::send(line.get(), &number, sizeof number, MSG_NOSIGNAL);
}

/// Leaves what a user or a shell aims at this process's name, terminal and streams.
void step_aside() {
    ::setsid();
    ::prctl(PR_SET_NAME, "run-guard");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) {
        ::signal(signal, SIG_IGN);
    }
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(null, stream);  // who waits for the end of our streams must not wait for this one
    }
}

[[noreturn]] void stand_guard(const Descriptor& line, const Guard::Duty& duty) noexcept {
    step_aside();
    int told = 0;
    int number = 0;
    while (receive(line, number)) {
        if (number == k_farewell) {
            ::_exit(0);
        }
        told = number;
    }
    duty(told);
    ::_exit(0);
}

/// Makes it an orphan that is not ours to wait for, even where this process reaps orphans.
void fork_orphan(const std::function<void()>& become) {
    int reaps = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &reaps);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    const int between = ::fork();
    if (between == 0) {
        if (::fork() == 0) {
            become();
        }
        ::_exit(0);
    }
    while (between > 0 && ::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, reaps);
}

}  // namespace

Guard::Guard(const Duty& duty) {
    std::array<int, 2> ends{};
    // Unlike a pipe, it takes a message for a guard that is gone without a SIGPIPE.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return;
    }
    const Descriptor guards_end(ends[0]);
    line_ = Descriptor(ends[1]);
    fork_orphan([&] {
        line_.close();
        stand_guard(guards_end, duty);
    });
}

Guard::~Guard() {
    if (!line_.is_open()) {
        return;
    }
    send(line_, k_farewell);
    int nothing = 0;
    while (::recv(line_.get(), &nothing, sizeof nothing, 0) < 0 && errno == EINTR) {
        // Until it has closed its end: nothing of ours outlives this process.
    }
}

void Guard::tell(int number) const {
    if (line_.is_open()) {
        send(line_, number);
    }
}

}  // namespace advisor
