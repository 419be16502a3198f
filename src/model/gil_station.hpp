#pragma once

// How long threads of one interpreter take when they share its GIL.

#include <span>
#include <vector>

namespace advisor::model {

/// One test on a thread, if it ran without competition. Seconds.
struct GilUse {
    double held = 0.0;       ///< holding the GIL
    double elsewhere = 0.0;  ///< blocked, or computing without the GIL
    double releases = 0.0;   ///< blocking releases of the GIL
};

class GilStation {
public:
    explicit GilStation(double switch_interval)
        : interval_(switch_interval) {}

    /// Seconds from start to end of each, if the set stayed as it is. Valid until the next call.
    [[nodiscard]] std::span<const double> responses(std::span<const GilUse> threads);

private:
    struct State {
        double visits = 1.0;    ///< turns at the GIL
        double service = 0.0;   ///< of one turn
        double residual = 0.0;  ///< what a newcomer waits for this holder
    };
    void prepare(std::span<const GilUse> threads);
    void iterate(std::span<const GilUse> threads);

    double interval_;
    std::vector<State> states_;
    std::vector<double> responses_;
};

}  // namespace advisor::model
