#pragma once

// A small deterministic generator. `std::` distributions differ between standard libraries, and
// predictions must be the same bytes everywhere, so the two distributions we need are ours.
// xoshiro256** seeded by splitmix64 (Blackman and Vigna, 2018, "Scrambled linear generators").

#include <array>
#include <cstdint>

namespace advisor {

class Random {
public:
    explicit Random(std::uint64_t seed);

    [[nodiscard]] std::uint64_t next();

    /// Uniform in [0, 1), 53 bits.
    [[nodiscard]] double uniform();

    /// Standard normal, by Box and Muller's polar form without the cached second value: each call
    /// draws its own pair, so that the n-th draw never depends on how earlier ones were used.
    [[nodiscard]] double normal();

    /// Uniform in [0, bound); bound > 0. Lemire's multiply-shift, unbiased.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound);

private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace advisor
