#include <advisor/host/thread_activity.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <thread>

using namespace advisor;

TEST_CASE("a thread runs, waits within a system call, or waits elsewhere") {
    CHECK(parse_activity("running\n")->kind == ThreadActivity::Kind::runnable);
    const auto asleep = parse_activity("230 0x1 0x0 0x7ffe0 0x0 0x2b 0xff 0x7ffe5be8 0x7f14a3e5\n");
    REQUIRE(asleep);
    CHECK(asleep->kind == ThreadActivity::Kind::in_system);
    CHECK(asleep->call == 230);
    CHECK(asleep->arguments == std::array<std::uint64_t, 6>{1, 0, 0x7ffe0, 0, 0x2b, 0xff});
    CHECK(asleep->stack == 0x7ffe5be8);
    const auto fault = parse_activity("-1 0x7ffe5be8 0x7f14a3e5\n");
    REQUIRE(fault);
    CHECK(fault->kind == ThreadActivity::Kind::elsewhere);
}

TEST_CASE("a text that is no activity is none") {
    for (const char* text :
         {"", "\n", "sleeping\n", "35 0x1 0x2\n", "35 0x1 x 0x3 0x4 0x5 0x6 0x7 0x8"}) {
        CHECK_FALSE(parse_activity(text));
    }
}

TEST_CASE("a thread that reads from an empty pipe is seen to do so") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    int tid = 0;
    {
        std::array<int, 2> told{};
        REQUIRE(::pipe2(told.data(), O_CLOEXEC) == 0);
        std::jthread reader([&] {
            const int own = static_cast<int>(::syscall(SYS_gettid));
            std::array<char, 8> bytes{};
            if (::write(told[1], &own, sizeof own) == sizeof own) {
                static_cast<void>(::read(ends[0], bytes.data(), bytes.size()) > 0);
            }
        });
        REQUIRE(::read(told[0], &tid, sizeof tid) == sizeof tid);
        const ThreadWatch watch(::getpid(), tid);
        std::optional<ThreadActivity> seen = watch.now();
        while (seen && (seen->call != SYS_read || seen->kind == ThreadActivity::Kind::runnable)) {
            std::this_thread::yield();
            seen = watch.now();
        }
        REQUIRE(seen);
        CHECK(seen->arguments[0] == static_cast<std::uint64_t>(ends[0]));
        CHECK(::write(ends[1], "x", 1) == 1);
        for (const int end : told) {
            ::close(end);
        }
    }
    for (const int end : ends) {
        ::close(end);
    }
    CHECK_FALSE(ThreadWatch(::getpid(), tid).now());  // it is gone
}
