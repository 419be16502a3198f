#include "host/signal_scope.hpp"

#include <sys/signalfd.h>

#include "host/inherited_signals.hpp"

namespace advisor {

SignalScope::SignalScope() {
    sigset_t ours;
    sigemptyset(&ours);
    // A signal that is blocked comes to the descriptor even if it is ignored.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCHLD}) {
        if (signal == SIGCHLD || !is_ignored(signal)) {
            sigaddset(&ours, signal);
        }
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
