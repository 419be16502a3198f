#include "model/gil_station.hpp"

#include <algorithm>
#include <cmath>

namespace advisor::model {

namespace {

constexpr int k_iterations = 16;
constexpr double k_damping = 0.5;

}  // namespace

// Approximate mean value analysis of a closed round-robin station (after Schweitzer, 1979, with
// visit counts). CPython's rule: who waits for the GIL asks for it after the switch interval t
// (5 ms) without a switch, and the holder must then let somebody else have it; a blocking call
// releases it at once. For a test with v releases that holds the GIL for g seconds:
//   visits    V = (v + 1) max(1, g / (v + 1) / t)
//   service   s = g / V
//   cut       c = g / (v + 1) / t - 1 within [0, 1]: how surely the interval ends a burst
//   backlog   b_j = P(j waits) s_j + P(j holds) s_j ((1 - c_j) + c_j r) / 2
//   residual  r = 2 (1 + a/2) / (1 + a): the first who asks a holder waits all of t, those who come
//             later the rest of it; a is how many others come within t
//   wait per visit of i = sum over j != i of b_j as it would be without i, which is less by
//             b_i V_j (s_j - b_j) / W_j to the first order; not for a burst that is cut, which ends
//             just because somebody waits
//   response  W = g + elsewhere + V wait
// A call that blocks for 1 ms beside k computing threads so takes 1 + 5 k ms, as measured.
// Wrong for extension code that keeps the GIL for longer than the interval in one piece.
std::span<const double> GilStation::responses(std::span<const GilUse> threads) {
    prepare(threads);
    for (int step = 0; step < k_iterations; ++step) {
        iterate(threads);
    }
    leave_the_rest(threads);
    return responses_;
}

/// No more than all of the GIL's time is held. Bursts that the interval ends take what the others
/// leave, since nobody waits longer for them than an interval.
void GilStation::leave_the_rest(std::span<const GilUse> threads) {
    double cut = 0.0;
    double others = 0.0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        const double held = responses_[i] > 0.0 ? threads[i].held / responses_[i] : 0.0;
        cut += states_[i].cut * held;
        others += (1.0 - states_[i].cut) * held;
    }
    if (cut + others <= 1.0) {
        return;
    }
    const double stretch = others < 1.0 && cut > 0.0 ? cut / (1.0 - others) : 1.0;
    double held = 0.0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        responses_[i] *= 1.0 + states_[i].cut * (stretch - 1.0);
        held += responses_[i] > 0.0 ? threads[i].held / responses_[i] : 0.0;
    }
    for (double& response : responses_) {
        response *= std::max(1.0, held);
    }
}

void GilStation::prepare(std::span<const GilUse> threads) {
    states_.resize(threads.size());
    responses_.resize(threads.size());
    for (std::size_t i = 0; i < threads.size(); ++i) {
        const GilUse& use = threads[i];
        const double bursts = use.releases + 1.0;
        const double intervals = use.held / bursts / interval_;
        State& state = states_[i];
        state.visits = bursts * std::max(1.0, intervals);
        state.service = use.held / state.visits;
        state.cut = std::clamp(intervals - 1.0, 0.0, 1.0);
        state.backlog = 0.0;
        state.relief = 0.0;
        responses_[i] = use.held + use.elsewhere;
    }
}

void GilStation::iterate(std::span<const GilUse> threads) {
    const double residual = residual_of_cut();
    double all = 0.0;
    double relief = 0.0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        State& state = states_[i];
        const double response = responses_[i];
        if (threads[i].held <= 0.0 || response <= 0.0) {
            continue;
        }
        const double holds = threads[i].held / response;
        const double waits = std::max(0.0, 1.0 - holds - threads[i].elsewhere / response);
        const double left = (1.0 - state.cut + state.cut * residual) / 2;
        state.backlog = state.service * (waits + holds * left);
        state.relief = state.visits * std::max(0.0, state.service - state.backlog) / response;
        all += state.backlog;
        relief += state.relief;
    }
    for (std::size_t i = 0; i < threads.size(); ++i) {
        if (threads[i].held > 0.0) {
            const State& state = states_[i];
            const double less = state.backlog * (1.0 - state.cut) * (relief - state.relief);
            const double wait = state.visits * std::max(0.0, all - state.backlog - less);
            const double next = threads[i].held + threads[i].elsewhere + wait;
            responses_[i] += k_damping * (next - responses_[i]);
        }
    }
}

/// Of a holder that the interval ends, in halves of its service.
double GilStation::residual_of_cut() const {
    double arrivals = 0.0;
    double threads = 0.0;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        if (responses_[i] > 0.0 && states_[i].service > 0.0) {
            arrivals += (1.0 - states_[i].cut) * states_[i].visits / responses_[i];
            threads += 1.0 - states_[i].cut;
        }
    }
    const double others = threads > 1.0 ? arrivals * (1.0 - 1.0 / threads) * interval_ : 0.0;
    return 2.0 * (1.0 + others / 2) / (1.0 + others);
}

}  // namespace advisor::model
