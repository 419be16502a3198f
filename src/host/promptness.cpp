#include "advisor/host/promptness.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace advisor {

namespace {

/// `struct sched_attr` of the kernel in its first version, which the C library does not declare.
struct SchedulingAttributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime_ns;  ///< length of a turn
    std::uint64_t deadline_ns;
    std::uint64_t period_ns;
};

constexpr std::uint64_t k_shortest_turn_ns = 100'000;

}  // namespace

void make_thread_prompt() {
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    SchedulingAttributes attributes{};
    attributes.size = sizeof attributes;
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0U) == 0) {
        attributes.runtime_ns = k_shortest_turn_ns;
        ::syscall(SYS_sched_setattr, 0, &attributes, 0U);
    }
}

}  // namespace advisor
