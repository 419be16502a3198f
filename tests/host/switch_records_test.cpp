#include <advisor/base/random.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/descriptor.hpp>
#include <advisor/host/switch_records.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

using namespace advisor;
using Kind = ThreadSwitch::Kind;

namespace {

constexpr std::uint32_t k_switch = 14;  // the numbers that <linux/perf_event.h> has for them
constexpr std::uint32_t k_lost = 2;
constexpr std::uint32_t k_throttle = 5;
constexpr std::uint16_t k_out = 0x2000;
constexpr std::uint16_t k_preempted = 0x4000;

/// The bytes that the kernel would write.
class Stream {
public:
    template <typename T>
    Stream& put(T value) {
        std::array<std::byte, sizeof value> raw{};
        std::memcpy(raw.data(), &value, sizeof value);
        bytes.insert(bytes.end(), raw.begin(), raw.end());
        return *this;
    }
    Stream& header(std::uint32_t type, std::uint16_t misc, std::uint16_t size) {
        return put(type).put(misc).put(size);
    }
    Stream& id(std::uint64_t at_ns) { return put(4711).put(4712).put(at_ns); }
    Stream& switched(std::uint64_t at_ns, std::uint16_t misc) {
        return header(k_switch, misc, 24).id(at_ns);
    }
    Stream& lost(std::uint64_t count) {
        return header(k_lost, 0, 40).put(std::uint64_t{9}).put(count).id(0);
    }

    /// As they lie in a ring of `size` bytes, `tail` bytes of which were written before.
    [[nodiscard]] std::vector<ThreadSwitch> decoded(std::size_t size, std::uint64_t tail) const {
        std::vector<std::byte> ring(size, std::byte{0x5a});
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            ring[(tail + i) % size] = bytes[i];
        }
        return decode_switches(ring, tail, tail + bytes.size());
    }
    [[nodiscard]] std::vector<ThreadSwitch> decoded() const { return decoded(4096, 0); }

    std::vector<std::byte> bytes;
};

const ThreadSwitch k_loss{};

}  // namespace

TEST_CASE("a thread waits, is preempted, and runs") {
    Stream stream;
    stream.switched(100, k_out).switched(300, 0).switched(400, k_out | k_preempted);
    stream.switched(450, 0);
    CHECK(
        stream.decoded()
        == std::vector<
            ThreadSwitch>{{100, Kind::out}, {300, Kind::in}, {400, Kind::out_preempted}, {450, Kind::in}}
    );
    CHECK(Stream().decoded().empty());
}

TEST_CASE("records may go over the end of the ring, anywhere in the stream") {
    Stream stream;
    for (std::uint64_t at = 0; at < 10; ++at) {
        stream.switched(at, at % 2 == 0 ? k_out : 0);
    }
    const auto straight = stream.decoded();
    for (std::uint64_t tail = 0; tail < 512; tail += 8) {
        CHECK(stream.decoded(256, tail) == straight);
        CHECK(stream.decoded(256, (std::uint64_t{1} << 40) + tail) == straight);
    }
}

TEST_CASE("what was lost is said at its place, and other records are skipped") {
    Stream stream;
    stream.switched(1, k_out).lost(7).switched(9, 0).header(k_throttle, 0, 16).put(8.0);
    stream.switched(10, k_out);
    CHECK(
        stream.decoded()
        == std::vector<ThreadSwitch>{{1, Kind::out}, k_loss, {9, Kind::in}, {10, Kind::out}}
    );
}

TEST_CASE("bytes that are no record are a loss") {
    const auto after_one = [](auto&& damage) {
        Stream stream;
        stream.switched(1, k_out);
        damage(stream);
        return stream.decoded();
    };
    const std::vector<ThreadSwitch> cut{{1, Kind::out}, k_loss};
    CHECK(after_one([](Stream& stream) { stream.header(k_switch, 0, 0).id(2); }) == cut);
    CHECK(after_one([](Stream& stream) { stream.header(k_switch, 0, 7).id(2); }) == cut);
    CHECK(after_one([](Stream& stream) { stream.header(k_switch, 0, 32).id(2); }) == cut);
    CHECK(after_one([](Stream& stream) { stream.header(k_switch, 0, 8); }) == cut);
    CHECK(after_one([](Stream& stream) { stream.put(k_switch); }) == cut);
    const std::vector<std::byte> ring(64);
    CHECK(decode_switches(ring, 64, 0) == std::vector{k_loss});
    CHECK(decode_switches(ring, 0, 65) == std::vector{k_loss});
    CHECK(decode_switches({}, 0, 0).empty());
    CHECK(decode_switches({}, 0, 8) == std::vector{k_loss});
}

TEST_CASE("whatever the bytes are, no more comes of them than they could hold") {
    Random random(3);
    std::vector<std::byte> ring(256);
    for (int i = 0; i < 20'000; ++i) {
        for (std::byte& each : ring) {
            each = static_cast<std::byte>(random.below(random.below(4) == 0 ? 256 : 32));
        }
        const std::uint64_t tail = random.below(1000);
        const std::uint64_t size = random.below(257);
        CHECK(decode_switches(ring, tail, tail + size).size() <= size / 8 + 1);
    }
}

namespace {

std::int64_t voluntary_switches() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

/// A thread that, once it is let go, sleeps, waits for a pipe and for a lock, and knows how often.
class Sleeper {
public:
    Sleeper() {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(told_.data(), O_CLOEXEC) == 0);
        thread_ = std::jthread([this] { run(); });
        REQUIRE(::read(told_[0], &tid, sizeof tid) == sizeof tid);
    }
    ~Sleeper() {
        thread_.join();
        for (const int end : {ends_[0], ends_[1], told_[0], told_[1]}) {
            ::close(end);
        }
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    Sleeper(Sleeper&&) = delete;
    Sleeper& operator=(Sleeper&&) = delete;

    void let_go() const { REQUIRE(::write(ends_[1], "x", 1) == 1); }
    void await_end() const {
        char byte = 0;
        REQUIRE(::read(told_[0], &byte, 1) == 1);
    }

    int tid = 0;
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
    std::int64_t waits = 0;

private:
    void run() {
        const int own = static_cast<int>(::syscall(SYS_gettid));
        char byte = 0;
        if (::write(told_[1], &own, sizeof own) != sizeof own || ::read(ends_[0], &byte, 1) != 1) {
            return;
        }
        const std::int64_t before = voluntary_switches();
        begin_ns = monotonic_ns();
        for (int i = 0; i < 20; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(500));
        }
        static_cast<void>(::read(ends_[0], &byte, 1) == 1);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        end_ns = monotonic_ns();
        waits = voluntary_switches() - before;
        static_cast<void>(::write(told_[1], "x", 1) == 1);
    }

    std::array<int, 2> ends_{};
    std::array<int, 2> told_{};
    std::jthread thread_;
};

}  // namespace

TEST_CASE("the switch records of a thread tell each of its waits") {
    Sleeper sleeper;
    auto records = SwitchRecords::open(sleeper.tid);
    sleeper.let_go();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    sleeper.let_go();
    sleeper.await_end();
    if (!records) {
        MESSAGE("skipped: ", records.error().because);
        return;
    }
    std::int64_t waits = 0;
    std::int64_t longest_ns = 0;
    std::int64_t out_ns = 0;
    std::optional<bool> was_out;
    for (const ThreadSwitch& each : records->drain()) {
        REQUIRE(each.kind != Kind::lost);
        const bool is_out = each.kind != Kind::in;
        CHECK(was_out != is_out);
        was_out = is_out;
        if (each.at_ns < sleeper.begin_ns || each.at_ns > sleeper.end_ns) {
            continue;
        }
        waits += each.kind == Kind::out ? 1 : 0;
        if (is_out) {
            out_ns = each.at_ns;
        } else if (out_ns > 0) {
            longest_ns = std::max(longest_ns, each.at_ns - out_ns);
        }
    }
    CHECK(waits == sleeper.waits);
    CHECK(waits >= 21);
    CHECK(longest_ns >= 50'000'000);
    CHECK(longest_ns < sleeper.end_ns - sleeper.begin_ns);
}

TEST_CASE("what cannot be recorded has a reason") {
    const auto records = SwitchRecords::open(0x7fffffff);
    REQUIRE_FALSE(records);
    CHECK(records.error().what == "cannot record the switches of a thread");
    CHECK_FALSE(records.error().because.empty());
}
