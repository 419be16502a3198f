#include "host/inherited_signals.hpp"

#include <array>
#include <csignal>

#include "advisor/host/inheritance.hpp"

namespace advisor {

namespace {

struct Taken {
    int signal;
    void (*ours)(int);
    struct sigaction given;
};

std::array<Taken, 3> taken{
    Taken{SIGPIPE, SIG_IGN, {}}, Taken{SIGXFSZ, SIG_IGN, {}}, Taken{SIGCHLD, SIG_DFL, {}}};
bool is_taken = false;

}  // namespace

void take_signals() {
    for (Taken& each : taken) {
        struct sigaction ours {};
        ours.sa_handler = each.ours;
        ::sigaction(each.signal, &ours, is_taken ? nullptr : &each.given);
    }
    is_taken = true;
}

void give_back_signals() {
    if (is_taken) {
        for (const Taken& each : taken) {
            ::sigaction(each.signal, &each.given, nullptr);
        }
    }
}

bool is_ignored(int signal) {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace advisor
