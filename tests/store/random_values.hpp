#pragma once

// Values of every kind of document, all of whose fields are drawn at random from everything that
// the field may hold: times of any size, texts of any bytes, enumerators of every name. A field
// that a document forgets is found by comparing what was read with what was written.

#include <advisor/base/random.hpp>
#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/measured_run.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>
#include <advisor/domain/verification.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

class RandomValues {
public:
    explicit RandomValues(std::uint64_t seed)
        : random_(seed) {}

    [[nodiscard]] bool flag() { return random_.below(2) == 1; }
    [[nodiscard]] std::uint32_t number() { return static_cast<std::uint32_t>(random_.next()); }
    [[nodiscard]] std::uint64_t large() { return random_.next(); }
    [[nodiscard]] std::int64_t count() { return static_cast<std::int64_t>(random_.next() >> 1U); }
    /// Any finite double: its bits are drawn.
    [[nodiscard]] double real();
    /// From the smallest denormal number to thirty years; often zero or with few digits.
    [[nodiscard]] Seconds seconds();
    [[nodiscard]] Bytes bytes() { return Bytes(count()); }
    /// Up to 12 bytes: ASCII, UTF-8, private-use characters, control characters, plain rubbish.
    [[nodiscard]] std::string text();
    [[nodiscard]] std::vector<std::string> texts();

    template <typename Enum>
    [[nodiscard]] Enum one_of(Enum last) {
        return static_cast<Enum>(random_.below(static_cast<std::uint32_t>(last) + 1));
    }

    template <typename T>
    [[nodiscard]] Measured<T> measured(T value) {
        const Source source = one_of(Source::imported);
        return source == Source::not_measured ? Measured<T>() : Measured<T>(value, source);
    }

    template <typename Make>
    [[nodiscard]] auto list(const Make& make) {
        std::vector<decltype(make())> values;
        for (std::uint32_t size = random_.below(4); size > 0; --size) {
            values.push_back(make());
        }
        return values;
    }

    template <typename Make>
    [[nodiscard]] auto maybe(const Make& make) {
        return flag() ? std::optional(make()) : std::nullopt;
    }

    [[nodiscard]] Configuration configuration();
    [[nodiscard]] SpawnCost spawn();
    [[nodiscard]] ModelParameters parameters();
    [[nodiscard]] Prediction prediction();
    [[nodiscard]] Advice advice();
    [[nodiscard]] Profile profile();
    [[nodiscard]] RunOutcome outcome();
    [[nodiscard]] GateVerdict verdict();
    [[nodiscard]] CapacityPlan plan();
    [[nodiscard]] ShardManifest manifest();
    [[nodiscard]] DoctorReport report();
    [[nodiscard]] Verification verification();
    [[nodiscard]] MeasuredRuns measured_runs();

private:
    [[nodiscard]] Missing missing();
    [[nodiscard]] Host host();
    [[nodiscard]] Interpreter interpreter();
    [[nodiscard]] Cost cost();
    [[nodiscard]] FixtureUse use(std::size_t definitions);
    [[nodiscard]] TestCost test(std::size_t definitions);
    [[nodiscard]] FixtureInstance instance(std::size_t definitions, std::size_t tests);
    [[nodiscard]] Sampling sampling();
    [[nodiscard]] Leftovers leftovers(std::size_t definitions, std::size_t tests);
    [[nodiscard]] Repeats repeats();
    [[nodiscard]] ProfiledRun run();
    [[nodiscard]] Finding finding();
    [[nodiscard]] WorkerUse worker();
    [[nodiscard]] PlanPoint point();

    template <typename T>
    [[nodiscard]] Interval<T> interval(T low, T mid, T high) {
        return {low, mid, high};
    }

    Random random_;
};

}  // namespace advisor
