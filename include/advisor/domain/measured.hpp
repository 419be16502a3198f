#pragma once

// A value together with how it was come by. A missing value is never a silent zero: `value` must
// not be read where `has_value()` is false, and why it is missing stands once in the document
// (`Missing`), not in each of a hundred thousand tests.

#include <advisor/base/assert.hpp>

#include <cstdint>
#include <string>

namespace advisor {

enum class Source : std::uint8_t {
    not_measured,
    measured,  ///< read from the kernel or the interpreter for exactly this span
    sampled,   ///< estimated from samples of the span
    derived,   ///< computed from measured values by an identity
    assumed,   ///< a prior of the model; intervals must be widened
    imported,  ///< taken from another tool's file
};

template <typename T>
class Measured {
public:
    constexpr Measured() = default;
    constexpr Measured(T value, Source source)
        : value_(value),
          source_(source) {}

    [[nodiscard]] constexpr bool has_value() const { return source_ != Source::not_measured; }
    [[nodiscard]] constexpr Source source() const { return source_; }

    [[nodiscard]] constexpr T value() const {
        ADVISOR_ASSERT(has_value(), "a value that was not measured must not be read");
        return value_;
    }
    [[nodiscard]] constexpr T value_or(T fallback) const { return has_value() ? value_ : fallback; }

    friend constexpr bool operator==(const Measured&, const Measured&) = default;

private:
    T value_{};
    Source source_ = Source::not_measured;
};

/// What could not be measured, and why; printed in every report.
struct Missing {
    std::string what;
    std::string because;
    friend bool operator==(const Missing&, const Missing&) = default;
};

}  // namespace advisor
