#include "host/signal_scope.hpp"

#include <sys/signalfd.h>

namespace advisor {

SignalScope::SignalScope() {
    sigset_t ours;
    sigemptyset(&ours);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCHLD}) {
        sigaddset(&ours, signal);
    }
    ::sigprocmask(SIG_BLOCK, &ours, &outer_);
    descriptor_ = Descriptor(::signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC));
}

SignalScope::~SignalScope() {
    while (next()) {
        // What came after the child's end concerned the child.
    }
    ::sigprocmask(SIG_SETMASK, &outer_, nullptr);
}

std::optional<int> SignalScope::next() const {
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
        return std::nullopt;
    }
    return static_cast<int>(info.ssi_signo);
}

}  // namespace advisor
