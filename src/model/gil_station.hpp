#pragma once

// How long threads of one interpreter take when they share its GIL.

#include <cstddef>
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
    /// `near`: where to begin to look for them; empty: without competition.
    [[nodiscard]] std::span<const double>
    responses(std::span<const GilUse> threads, std::span<const double> near = {});

private:
    /// Of a thread that holds the GIL at all.
    struct State {
        std::size_t thread = 0;
        double held = 0.0;
        double alone = 0.0;     ///< held and elsewhere
        double visits = 1.0;    ///< turns at the GIL
        double service = 0.0;   ///< of one turn
        double whole = 1.0;     ///< how surely the interval does not end a burst, 0 to 1
        double response = 0.0;  ///< seconds from start to end
        double rate = 0.0;      ///< 1 / response
        double step = 0.0;      ///< what the last iteration added to the response
        double backlog = 0.0;   ///< what a newcomer waits for this thread, on average
        double relief = 0.0;    ///< by how much of another's backlog this one's would be less
    };
    void prepare(std::span<const GilUse> threads, std::span<const double> near);
    void solve();
    double iterate(bool extrapolate);
    [[nodiscard]] double residual_of_cut(double arrivals) const;
    void leave_the_rest();

    double interval_;
    double whole_ = 0.0;  ///< sum of State::whole
    std::vector<State> states_;
    std::vector<double> responses_;
};

}  // namespace advisor::model
