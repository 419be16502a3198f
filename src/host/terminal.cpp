#include "host/terminal.hpp"

#include <unistd.h>

#include <csignal>

namespace advisor {

TerminalLease::TerminalLease() {
    if (::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp()) {
        owner_ = ::getpgrp();
    }
}

void TerminalLease::give_to(int process_group) {
    if (owner_ >= 0) {
        ::tcsetpgrp(STDIN_FILENO, process_group);
    }
}

void TerminalLease::take_back() {
    if (owner_ < 0) {
        return;
    }
    // From the background this call stops us with SIGTTOU unless that is blocked.
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    ::tcsetpgrp(STDIN_FILENO, owner_);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace advisor
