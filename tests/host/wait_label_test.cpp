#include <advisor/host/wait_label.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <map>
#include <string>

#include "host/fake_memory.hpp"

using namespace advisor;

namespace {

constexpr std::uint64_t k_array = 0x7000;
constexpr int k_tid = 77;

class FakeView final : public ProcessView {
public:
    [[nodiscard]] std::string target(int descriptor) const override {
        ++looks;
        const auto found = targets.find(descriptor);
        return found == targets.end() ? "" : found->second;
    }
    [[nodiscard]] std::string file(const std::string& name) const override {
        const auto found = files.find(name);
        return found == files.end() ? "" : found->second;
    }
    [[nodiscard]] bool has(int child, const std::string& target) const override {
        const auto found = of_children.find(child);
        return found != of_children.end() && found->second == target;
    }
    mutable int looks = 0;
    std::map<int, std::string> of_children;
    std::map<int, std::string> targets;
    std::map<std::string, std::string> files;
};

ThreadActivity call(int number, std::array<std::uint64_t, 6> arguments = {}) {
    return {ThreadActivity::Kind::in_system, number, arguments, 0x1000};
}

/// A process with one of everything.
struct World {
    World() {
        memory.regions[k_array] = std::string(256, '\0');
        view.targets = {
            {3, "socket:[900]"},
            {4, "socket:[901]"},
            {5, "pipe:[902]"},
            {6, "/tmp/data.bin"},
            {7, "/dev/pts/0"},
            {8, "anon_inode:[pidfd]"},
            {9, "anon_inode:[eventpoll]"}};
        view.files["net/tcp"] =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
            "timeout inode\n"
            "   0: 0100007F:1F90 0100007F:1538 01 00000000:00000000 00:00000000 00000000     0"
            "        0 900 1 0000000000000000 20 4 30 10 -1\n";
    }
    WaitLabel of(const ThreadActivity& activity) {
        return WaitLabels(view, memory, k_tid).of(activity, 0);
    }
    WaitReason reason(const ThreadActivity& activity) { return of(activity).reason; }

    FakeView view;
    FakeMemory memory;
};

}  // namespace

TEST_CASE("a system call alone may tell the reason") {
    World world;
    CHECK(world.reason(call(SYS_clock_nanosleep)) == WaitReason::sleep);
    CHECK(world.reason(call(SYS_pselect6)) == WaitReason::sleep);  // time.sleep() up to 3.10
    CHECK(world.reason(call(SYS_futex)) == WaitReason::lock);
    CHECK(world.reason(call(SYS_flock)) == WaitReason::lock);
    CHECK(world.reason(call(SYS_wait4)) == WaitReason::child);
    CHECK(world.reason(call(SYS_fsync, {6})) == WaitReason::disk);
    CHECK(world.reason(call(SYS_rt_sigtimedwait)) == WaitReason::other);
}

TEST_CASE("a descriptor tells the reason where the call does not") {
    World world;
    CHECK(world.of(call(SYS_recvfrom, {3})) == WaitLabel{WaitReason::socket, 0x1538});
    CHECK(world.of(call(SYS_read, {4})) == WaitLabel{WaitReason::socket, std::nullopt});
    CHECK(world.reason(call(SYS_read, {5})) == WaitReason::pipe);
    CHECK(world.reason(call(SYS_read, {6})) == WaitReason::disk);
    CHECK(world.reason(call(SYS_read, {7})) == WaitReason::other);
    CHECK(world.reason(call(SYS_read, {99})) == WaitReason::other);
    CHECK(world.reason(call(SYS_fcntl, {6, F_SETLKW})) == WaitReason::lock);
}

TEST_CASE("a pipe is waited on for a child that has an end of it") {
    World world;
    world.view.files["task/77/children"] = "4711 4712 ";
    CHECK(world.reason(call(SYS_read, {5})) == WaitReason::pipe);
    world.view.of_children[4712] = "pipe:[902]";
    CHECK(world.reason(call(SYS_read, {5})) == WaitReason::child);
}

TEST_CASE("what a process has is found among its descriptors") {
    const LinuxProcessView view(::getpid(), FileReader());
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const std::string pipe = view.target(ends[0]);
    CHECK(pipe.find("pipe:[") == 0);
    CHECK(view.has(::getpid(), pipe));
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK_FALSE(view.has(::getpid(), pipe));
    constexpr int k_nobody = 1 << 30;
    CHECK_FALSE(view.has(k_nobody, pipe));
}

TEST_CASE("of several descriptors a peer's port names the wait") {
    World world;
    world.memory.put(k_array, std::array<pollfd, 2>{{{5, POLLIN, 0}, {3, POLLIN, 0}}});
    CHECK(world.of(call(SYS_ppoll, {k_array, 2})) == WaitLabel{WaitReason::socket, 0x1538});
    CHECK(world.reason(call(SYS_ppoll, {k_array, 1})) == WaitReason::pipe);
    CHECK(world.reason(call(SYS_ppoll, {k_array, 0})) == WaitReason::sleep);
    world.memory.put(k_array, std::uint64_t{1U << 3U | 1U << 5U});
    CHECK(world.of(call(SYS_pselect6, {6, k_array})) == WaitLabel{WaitReason::socket, 0x1538});
    world.memory.put(k_array, std::uint64_t{1U << 8U});
    CHECK(world.reason(call(SYS_pselect6, {9, k_array})) == WaitReason::child);
}

TEST_CASE("an event loop that waits on nothing but itself sleeps") {
    World world;
    std::string& members = world.view.files["fdinfo/9"];
    members = "pos:\t0\nflags:\t02\ntfd:        4 events:       19 data: 4\n";
    CHECK(world.reason(call(SYS_epoll_pwait, {9})) == WaitReason::sleep);
    members += "tfd:        3 events:       19 data: 3\n";
    CHECK(world.of(call(SYS_epoll_pwait, {9})) == WaitLabel{WaitReason::socket, 0x1538});
}

TEST_CASE("who waits in no system call waits for a page if no signal can end it") {
    World world;
    const ThreadActivity fault{ThreadActivity::Kind::elsewhere, -1, {}, 0x1000};
    world.view.files["task/77/stat"] = "77 (py) D (x) D 1 77";
    CHECK(world.reason(fault) == WaitReason::disk);
    world.view.files["task/77/stat"] = "77 (py) T 1 77";
    CHECK(world.reason(fault) == WaitReason::other);
}

TEST_CASE("the same wait is looked at now and then") {
    constexpr std::int64_t k_ms = 1'000'000;
    World world;
    WaitLabels labels(world.view, world.memory, k_tid);
    CHECK(labels.of(call(SYS_read, {6}), 0).reason == WaitReason::disk);
    CHECK(labels.of(call(SYS_read, {6}), 1 * k_ms).reason == WaitReason::disk);
    CHECK(world.view.looks == 1);
    CHECK(labels.of(call(SYS_read, {5}), 2 * k_ms).reason == WaitReason::pipe);
    CHECK(world.view.looks == 2);
    CHECK(labels.of(call(SYS_read, {5}), 8 * k_ms).reason == WaitReason::pipe);
    CHECK(world.view.looks == 3);
}

TEST_CASE("a descriptor that leads elsewhere meanwhile changes the label of the same call") {
    constexpr std::int64_t k_ms = 1'000'000;
    World world;
    WaitLabels labels(world.view, world.memory, k_tid);
    const ThreadActivity read = call(SYS_read, {5});
    CHECK(labels.of(read, 0).reason == WaitReason::pipe);
    world.view.targets[5] = "socket:[900]";  // dup2(3, 5)
    CHECK(labels.of(read, 6 * k_ms) == WaitLabel{WaitReason::socket, 0x1538});

    // An array of poll() at the same place, with another descriptor in it.
    world.view.targets[5] = "pipe:[902]";
    const ThreadActivity poll = call(SYS_ppoll, {k_array, 1});
    world.memory.put(k_array, pollfd{5, POLLIN, 0});
    CHECK(labels.of(poll, 10 * k_ms).reason == WaitReason::pipe);
    world.memory.put(k_array, pollfd{8, POLLIN, 0});
    CHECK(labels.of(poll, 16 * k_ms).reason == WaitReason::child);
}
