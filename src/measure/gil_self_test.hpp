#pragma once

// Whether what is read as the GIL's state is the GIL's state: while the recorder computes it must
// read as held, by the recorder's thread where the interpreter tells threads; while the recorder
// sleeps it must read as free. A word that never changes fails in one of the two.

#include <advisor/host/shared_ring.hpp>

#include <optional>
#include <string>

namespace advisor {

class GilSelfTest {
public:
    explicit GilSelfTest(int tid)
        : tid_(tid) {}

    /// One reading; the recorder announced `moment` before it and after it.
    void take(RingMoment moment, std::optional<bool> held, std::optional<int> last_holder);

    /// What the recorder may be told: the moment of which enough was seen, else none.
    [[nodiscard]] RingMoment seen() const;

    [[nodiscard]] bool is_over() const { return released_.readings >= k_enough; }

    /// Empty if the readings are right, else why they are not or were not found to be.
    [[nodiscard]] std::string why_not() const;

private:
    static constexpr int k_enough = 10;

    struct Readings {
        int readings = 0;
        int held = 0;
        int by_other = 0;
    };

    int tid_;
    Readings holding_;
    Readings released_;
};

}  // namespace advisor
