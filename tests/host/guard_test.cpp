#include <advisor/host/guard.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/host/process.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

using namespace advisor;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
    void say(const std::string& text) const {
        [[maybe_unused]] const auto count = ::write(write.get(), text.data(), text.size());
    }
    /// All that was said, once nobody is left who could say more.
    std::string heard() {
        write.close();
        std::string text;
        std::array<char, 256> block{};
        for (ssize_t count = 1; count > 0;) {
            count = ::read(read.get(), block.data(), block.size());
            text.append(block.data(), static_cast<std::size_t>(std::max<ssize_t>(0, count)));
        }
        return text;
    }
    Descriptor read;
    Descriptor write;
};

/// Runs `work` in a process of its own, which is killed where `work` has come to its end.
void in_a_process_that_is_killed(const std::function<void()>& work) {
    const int pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status));
}

void die() {
    ::kill(::getpid(), SIGKILL);
}

}  // namespace

TEST_CASE("a guard does its duty where its process is killed, with the last number it was told") {
    Pipe pipe;
    in_a_process_that_is_killed([&] {
        const Guard guard([&](int told) { pipe.say("duty " + std::to_string(told)); });
        guard.tell(41);
        guard.tell(42);
        die();
    });
    CHECK(pipe.heard() == "duty 42");
}

TEST_CASE("a guard that is dismissed does nothing, and is gone with the guarded") {
    Pipe pipe;
    {
        const Guard guard([&](int) { pipe.say("duty"); });
        guard.tell(1);
    }
    CHECK(pipe.heard().empty());
}

TEST_CASE("guards do their duties in the reverse order of their making") {
    Pipe pipe;
    in_a_process_that_is_killed([&] {
        const Guard outer([&](int) { pipe.say("outer "); });
        const Guard middle([&](int) { pipe.say("middle "); });
        const Guard inner([&](int) {
            ::poll(nullptr, 0, 20);  // the others would be faster
            pipe.say("inner ");
        });
        die();
    });
    CHECK(pipe.heard() == "inner middle outer ");
}

TEST_CASE("a moved guard still guards") {
    Pipe pipe;
    in_a_process_that_is_killed([&] {
        Guard first([&](int told) { pipe.say("duty " + std::to_string(told)); });
        const Guard second(std::move(first));
        second.tell(7);
        die();
    });
    CHECK(pipe.heard() == "duty 7");
}

TEST_CASE("a private directory goes after the processes that write into it") {
    Pipe pipe;
    in_a_process_that_is_killed([&] {
        const Guard last([&](int) { pipe.say("."); });
        const auto place = PrivateDirectory::create();
        pipe.say(place->path());
        ProcessSpec spec;
        spec.argv = {"/bin/sh", "-c", "setsid sleep 600 & while :; do echo >\"$0/file\"; done"};
        spec.argv.push_back(place->path());
        ProcessWatch watch;
        watch.while_running = [&](int) {
            if (std::filesystem::exists(place->path() + "/file")) {
                die();
            }
        };
        static_cast<void>(LinuxLauncher().run(spec, watch));
    });
    const std::string path = pipe.heard();
    REQUIRE(path.ends_with("."));
    CHECK_FALSE(std::filesystem::exists(path.substr(0, path.size() - 1)));
}
