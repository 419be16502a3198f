#include <advisor/host/clock.hpp>
#include <advisor/host/descendants.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

using namespace advisor;

namespace {

constexpr std::int64_t k_used_ns = 30'000'000;

[[noreturn]] void compute_and_wait(int tell) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (process_cpu_ns(::getpid()) < k_used_ns) {
    }
    static_cast<void>(::write(tell, "x", 1) == 1);
    while (true) {
        ::pause();
    }
}

}  // namespace

TEST_CASE("descendants are seen with what they have used, until somebody waits for them") {
    std::array<int, 2> told{};
    REQUIRE(::pipe(told.data()) == 0);
    const int child = ::fork();
    if (child == 0) {
        if (::fork() == 0) {
            compute_and_wait(told[1]);
        }
        compute_and_wait(told[1]);
    }
    REQUIRE(child > 0);
    char byte = 0;
    REQUIRE(::read(told[0], &byte, 1) == 1);
    REQUIRE(::read(told[0], &byte, 1) == 1);
    const auto of = [&](int parent) {
        const std::vector<Descendant> all = descendants_of(::getpid());
        const auto found = std::find_if(all.begin(), all.end(), [&](const Descendant& each) {
            return each.parent == parent;
        });
        return found == all.end() ? Descendant{} : *found;
    };
    int orphan = 0;
    if (of(::getpid()).pid != child) {
        MESSAGE("the kernel does not list children");  // CONFIG_PROC_CHILDREN
    } else {
        CHECK(of(::getpid()).cpu_ns >= k_used_ns);
        const Descendant grandchild = of(child);
        CHECK(grandchild.cpu_ns >= k_used_ns);
        ::kill(grandchild.pid, SIGKILL);
        orphan = grandchild.pid;
    }
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    ::waitpid(orphan, nullptr, 0);  // ours, where another test made this process the reaper
    CHECK(of(::getpid()).pid != child);
    CHECK(descendants_of(child).empty());
    ::close(told[0]);
    ::close(told[1]);
}
