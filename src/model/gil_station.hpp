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
        double visits = 1.0;   ///< turns at the GIL
        double service = 0.0;  ///< of one turn
        double cut = 0.0;      ///< how surely the interval ends a burst, 0 to 1
        double backlog = 0.0;  ///< what a newcomer waits for this thread, on average
        double relief = 0.0;   ///< by how much of another's backlog this one's would be less
    };
    void prepare(std::span<const GilUse> threads);
    void iterate(std::span<const GilUse> threads);
    [[nodiscard]] double residual_of_cut() const;
    void leave_the_rest(std::span<const GilUse> threads);

    double interval_;
    std::vector<State> states_;
    std::vector<double> responses_;
};

}  // namespace advisor::model
