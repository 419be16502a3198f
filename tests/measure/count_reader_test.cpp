#include "measure/count_reader.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace advisor;

namespace {

constexpr std::int64_t k_ms = 1'000'000;

/// Counts how often it is read, and cannot tell the cycles of the second reading.
class Fake final : public Counting {
public:
    [[nodiscard]] std::vector<RunCounter> read() const override {
        const double value = ++reads_;
        return {
            {"CYCLES", reads_ == 2 ? Measured<double>() : Measured(value, Source::derived)},
            {"TASK-CLOCK", {value, Source::measured}},
            {"PAGE-FAULTS", {10 * value, Source::measured}}};
    }

private:
    mutable int reads_ = 0;
};

/// What reading takes of a core, by two clocks.
std::int64_t nothing() {
    return 0;
}

std::int64_t dear() {
    static std::int64_t used_ns = 0;
    return used_ns += k_ms / 40;
}

/// Of which nothing can be read.
class Mute final : public Counting {
public:
    [[nodiscard]] std::vector<RunCounter> read() const override { return {{"CYCLES", {}}}; }
};

}  // namespace

TEST_CASE("counters are read at most each 10 ms, but for CPU time") {
    const Fake counting;
    CountLog log;
    CountReader reader(&counting, log, &nothing);
    for (std::int64_t now = 5 * k_ms; now <= 35 * k_ms; now += k_ms) {
        reader.look(now);
    }
    reader.read(36 * k_ms);
    CHECK(log.events == std::vector<std::string>{"CYCLES", "PAGE-FAULTS"});
    REQUIRE(log.readings.size() == 5);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(log.readings[i].at_ns == (5 + 10 * static_cast<std::int64_t>(i)) * k_ms);
    }
    CHECK(log.readings[4].at_ns == 36 * k_ms);
    using Values = std::vector<std::optional<double>>;
    CHECK(log.readings[0].values == Values{1.0, 10.0});
    CHECK(log.readings[1].values == Values{std::nullopt, 20.0});
    CHECK(log.readings[4].values == Values{5.0, 50.0});
}

TEST_CASE("counters that are dear to read are read more seldom") {
    const Fake counting;
    CountLog log;
    CountReader reader(&counting, log, &dear);
    for (std::int64_t now = 0; now <= 60 * k_ms; now += k_ms) {
        reader.look(now);
    }
    REQUIRE(log.readings.size() == 3);
    CHECK(log.readings[1].at_ns == 25 * k_ms);
    CHECK(log.readings[2].at_ns == 50 * k_ms);
}

TEST_CASE("where nothing can be counted there are no readings") {
    CountLog log;
    CountReader nobody(nullptr, log);
    CHECK_FALSE(nobody.counts());
    nobody.look(0);
    nobody.read(0);
    const Mute mute;
    CountReader reader(&mute, log);
    reader.read(0);
    CHECK(log.readings.empty());
}
