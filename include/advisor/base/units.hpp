#pragma once

// Quantities that carry their unit in their type, and indices that cannot be mixed up.
//
// `Seconds` is a double because the model multiplies and divides times; `Bytes` is an integer
// because memory is counted. A quantity never converts to a bare number by itself: the reader of
// `x.value()` sees the unit one word before it.

#include <compare>
#include <cstdint>

namespace advisor {

/// A number with a unit. Arithmetic stays within the unit; a ratio of two is a plain number.
template <typename Tag, typename Rep>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(Rep value)
        : value_(value) {}

    [[nodiscard]] constexpr Rep value() const { return value_; }

    constexpr Quantity& operator+=(Quantity other) {
        value_ += other.value_;
        return *this;
    }
    constexpr Quantity& operator-=(Quantity other) {
        value_ -= other.value_;
        return *this;
    }

    friend constexpr Quantity operator+(Quantity a, Quantity b) {
        return Quantity(a.value_ + b.value_);
    }
    friend constexpr Quantity operator-(Quantity a, Quantity b) {
        return Quantity(a.value_ - b.value_);
    }
    friend constexpr Quantity operator*(Quantity a, Rep factor) {
        return Quantity(a.value_ * factor);
    }
    friend constexpr Quantity operator*(Rep factor, Quantity a) { return a * factor; }
    friend constexpr Quantity operator/(Quantity a, Rep divisor) {
        return Quantity(a.value_ / divisor);
    }
    friend constexpr double operator/(Quantity a, Quantity b) {
        return static_cast<double>(a.value_) / static_cast<double>(b.value_);
    }
    friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

private:
    Rep value_{};
};

using Seconds = Quantity<struct SecondsTag, double>;
using Bytes = Quantity<struct BytesTag, std::int64_t>;

namespace literals {
constexpr Seconds operator""_s(long double value) {
    return Seconds(static_cast<double>(value));
}
constexpr Seconds operator""_s(unsigned long long value) {
    return Seconds(static_cast<double>(value));
}
constexpr Bytes operator""_MiB(unsigned long long value) {
    return Bytes(static_cast<std::int64_t>(value) * 1024 * 1024);
}
}  // namespace literals

/// Position in one particular list; `Tag` names the list.
template <typename Tag>
struct Index {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(Index a, Index b) = default;
};

}  // namespace advisor
