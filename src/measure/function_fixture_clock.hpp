#pragma once

// Times fixtures of function scope by their points. Spans may contain each other, where a fixture
// asks for another while it is set up: each is charged for its own time only.

#include <advisor/domain/profile.hpp>
#include <advisor/store/record_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace advisor {

/// Of one test.
class FunctionFixtureClock {
public:
    /// The begin of a set-up adds to `fixtures`; other points change what was added before.
    void
    take(TestIndex test, const FunctionFixturePoint& point, std::vector<FunctionFixture>& fixtures);

    /// A fixture of wider scope that is set up meanwhile is timed elsewhere.
    void take(const FixtureMark& mark);

private:
    struct Span {
        FixtureSpan span = FixtureSpan::setup;
        std::optional<std::size_t> fixture;  ///< absent: of a wider scope
        std::uint32_t instance = 0;          ///< of such
        std::uint64_t wall_ns = 0;           ///< at its begin
        std::uint64_t cpu_ns = 0;
        Seconds inner;  ///< wall of the spans in it
        Seconds inner_cpu;
    };
    struct Times {
        Seconds wall;
        Seconds cpu;
    };

    void end_span(const FunctionFixturePoint& point, std::vector<FunctionFixture>& fixtures);

    /// Ends the span at `position` and forgets those within it that never ended.
    Times end(std::size_t position, std::uint64_t wall_ns, std::uint64_t cpu_ns);

    std::vector<Span> open_;             ///< each within the one before
    std::vector<std::size_t> standing_;  ///< fixtures that are set up and not torn down
};

}  // namespace advisor
