#include "measure/wait_intervals.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace advisor;
using Kind = ThreadSwitch::Kind;

namespace {

/// A sampler's samples, all of waits.
class Watched {
public:
    /// Takes 10 ns to look.
    Watched& look(std::int64_t at_ns) {
        samples.emplace_back().at_ns = at_ns;
        intervals.expect(at_ns, at_ns + 10);
        return *this;
    }
    Watched& take(const std::vector<ThreadSwitch>& switches) {
        intervals.take(switches);
        return *this;
    }
    [[nodiscard]] std::vector<std::optional<WaitInterval>> wholes() const {
        std::vector<std::optional<WaitInterval>> result;
        for (const Sample& sample : samples) {
            result.push_back(sample.whole);
        }
        return result;
    }

    std::vector<Sample> samples;
    WaitIntervals intervals{samples};
};

using Wholes = std::vector<std::optional<WaitInterval>>;
constexpr WaitInterval k_wait{100, 200};
constexpr auto k_unknown = std::nullopt;

}  // namespace

TEST_CASE("all samples in a wait get the whole of it, when its end is known") {
    Watched watched;
    watched.look(50).look(110).take({{100, Kind::out}}).look(150);
    CHECK(watched.wholes() == Wholes(3));
    watched.look(190).look(250).take({{200, Kind::in}, {240, Kind::out}});
    CHECK(watched.wholes() == Wholes{k_unknown, k_wait, k_wait, k_wait, k_unknown});
    watched.take({{300, Kind::in}});
    CHECK(watched.wholes().back() == WaitInterval{240, 300});
}

TEST_CASE("a wait that began or ended during the look may not be the one that was seen") {
    Watched watched;
    watched.look(95).look(100).look(191).take({{100, Kind::out}, {200, Kind::in}});
    CHECK(watched.wholes() == Wholes{k_unknown, k_wait, k_unknown});
}

TEST_CASE("who was preempted did not wait for anything but a core") {
    Watched watched;
    watched.look(150).take({{100, Kind::out_preempted}, {200, Kind::in}});
    CHECK(watched.wholes() == Wholes(1));
}

TEST_CASE("a wait of which an end was lost is not known") {
    Watched watched;
    watched.look(150).take({{100, Kind::out}, {}, {200, Kind::in}});
    watched.look(250).take({{300, Kind::in}});
    watched.look(350).take({{340, Kind::out}, {340, Kind::out}, {400, Kind::in}});
    CHECK(watched.wholes() == Wholes{k_unknown, k_unknown, WaitInterval{340, 400}});
    watched.look(450).take({{500, Kind::out}, {440, Kind::in}});
    CHECK(watched.wholes().back() == k_unknown);
}
