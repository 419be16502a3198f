#include "model/gil_station.hpp"

#include <algorithm>
#include <cmath>

namespace advisor::model {

namespace {

constexpr int k_most_iterations = 24;
/// Of a response, relative, in an iteration behind which nothing is left to find.
constexpr double k_tolerance = 1e-4;
/// How much of a step the next one may be taken to be.
constexpr double k_most_ratio = 0.95;

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
std::span<const double>
GilStation::responses(std::span<const GilUse> threads, std::span<const double> near) {
    prepare(threads, near);
    if (states_.size() > 1) {
        solve();
        leave_the_rest();
    }
    for (const State& state : states_) {
        responses_[state.thread] = state.response;
    }
    return responses_;
}

/// No more than all of the GIL's time is held. Bursts that the interval ends take what the others
/// leave, since nobody waits longer for them than an interval.
void GilStation::leave_the_rest() {
    double cut = 0.0;
    double others = 0.0;
    for (const State& state : states_) {
        const double held = state.held / state.response;
        cut += (1.0 - state.whole) * held;
        others += state.whole * held;
    }
    if (cut + others <= 1.0) {
        return;
    }
    const double stretch = others < 1.0 && cut > 0.0 ? cut / (1.0 - others) : 1.0;
    double held = 0.0;
    for (State& state : states_) {
        state.response *= 1.0 + (1.0 - state.whole) * (stretch - 1.0);
        held += state.held / state.response;
    }
    for (State& state : states_) {
        state.response *= std::max(1.0, held);
    }
}

void GilStation::prepare(std::span<const GilUse> threads, std::span<const double> near) {
    states_.clear();
    responses_.clear();
    whole_ = 0.0;
    for (const GilUse& use : threads) {
        const double alone = use.held + use.elsewhere;
        if (use.held > 0.0) {
            const double bursts = use.releases + 1.0;
            const double intervals = use.held / bursts / interval_;
            State& state = states_.emplace_back();
            state.thread = responses_.size();
            state.held = use.held;
            state.alone = alone;
            state.visits = bursts * std::max(1.0, intervals);
            state.service = use.held / state.visits;
            state.whole = std::clamp(2.0 - intervals, 0.0, 1.0);
            state.response = near.empty() ? alone : std::max(alone, near[state.thread]);
            whole_ += state.whole;
        }
        responses_.push_back(alone);
    }
}

/// Iterations approach the solution in ever smaller steps of much the same ratio, near 1 where the
/// GIL is hardly ever free: every second one takes all further ones along (Aitken).
void GilStation::solve() {
    for (int i = 1; i <= k_most_iterations; ++i) {
        if (iterate(i % 2 == 0) < k_tolerance) {
            return;
        }
    }
}

/// Returns the largest change of a response, relative.
double GilStation::iterate(bool extrapolate) {
    double arrivals = 0.0;
    for (State& state : states_) {
        state.rate = 1.0 / state.response;
        arrivals += state.whole * state.visits * state.rate;
    }
    const double residual = residual_of_cut(arrivals);
    double all = 0.0;
    double relief = 0.0;
    for (State& state : states_) {
        const double left = (residual + state.whole * (1.0 - residual)) / 2;
        const double waits = 1.0 - state.alone * state.rate;
        state.backlog = state.service * (waits + state.held * state.rate * left);
        state.relief = state.visits * (state.service - state.backlog) * state.rate;
        all += state.backlog;
        relief += state.relief;
    }
    double largest = 0.0;
    double both = 0.0;
    double before = 0.0;
    for (State& state : states_) {
        const double less = state.backlog * state.whole * (relief - state.relief);
        const double wait = state.visits * std::max(0.0, all - state.backlog - less);
        const double last = state.step * state.rate;
        state.step = state.alone + wait - state.response;
        const double change = state.step * state.rate;
        both += change * last;
        before += last * last;
        largest = std::max(largest, std::abs(change));
    }
    const double ratio =
        extrapolate && before > 0.0 ? std::clamp(both / before, -k_most_ratio, k_most_ratio) : 0.0;
    for (State& state : states_) {
        state.response = std::max(state.alone, state.response + state.step / (1.0 - ratio));
    }
    return largest;
}

/// Of a holder that the interval ends, in halves of its service.
double GilStation::residual_of_cut(double arrivals) const {
    const double others = whole_ > 1.0 ? arrivals * (1.0 - 1.0 / whole_) * interval_ : 0.0;
    return 2.0 * (1.0 + others / 2) / (1.0 + others);
}

}  // namespace advisor::model
