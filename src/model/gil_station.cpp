#include "model/gil_station.hpp"

#include <algorithm>
#include <cmath>

namespace advisor::model {

namespace {

constexpr int k_iterations = 16;
constexpr double k_damping = 0.5;

}  // namespace

// Approximate mean value analysis of a closed round-robin station (after Schweitzer, 1979, with
// visit counts). CPython's rule: who waits for the GIL asks for it after the switch interval
// (5 ms) without a switch, and the holder must then let somebody else have it; a blocking call
// releases it at once. For a test with v releases that holds the GIL for g seconds:
//   visits   V = (v + 1) ceil(g / (v + 1) / interval)
//   service  s = g / V
//   wait per visit of i = sum over j != i of P(j waits) s_j + P(j holds) residual_j
//   residual = s_j if j holds for whole intervals, else s_j / 2
//   response W = g + elsewhere + V wait
// A call that blocks for 1 ms beside k computing threads so takes 1 + 5 k ms, as measured.
// Wrong for extension code that keeps the GIL for longer than the interval in one piece.
std::span<const double> GilStation::responses(std::span<const GilUse> threads) {
    prepare(threads);
    for (int step = 0; step < k_iterations; ++step) {
        iterate(threads);
    }
    double utilisation = 0.0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        utilisation += responses_[i] > 0.0 ? threads[i].held / responses_[i] : 0.0;
    }
    if (utilisation > 1.0) {
        for (double& response : responses_) {
            response *= utilisation;
        }
    }
    return responses_;
}

void GilStation::prepare(std::span<const GilUse> threads) {
    states_.resize(threads.size());
    responses_.resize(threads.size());
    for (std::size_t i = 0; i < threads.size(); ++i) {
        const GilUse& use = threads[i];
        const double burst = use.held / (use.releases + 1.0);
        State& state = states_[i];
        state.visits = (use.releases + 1.0) * std::max(1.0, std::ceil(burst / interval_));
        state.service = use.held / state.visits;
        state.residual = burst >= interval_ ? state.service : state.service / 2;
        responses_[i] = use.held + use.elsewhere;
    }
}

void GilStation::iterate(std::span<const GilUse> threads) {
    const auto backlog = [&](std::size_t i) {
        const double response = responses_[i];
        if (threads[i].held <= 0.0 || response <= 0.0) {
            return 0.0;
        }
        const double holds = threads[i].held / response;
        const double waits =
            std::max(0.0, response - threads[i].held - threads[i].elsewhere) / response;
        return waits * states_[i].service + holds * states_[i].residual;
    };
    double all = 0.0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        all += backlog(i);
    }
    for (std::size_t i = 0; i < threads.size(); ++i) {
        if (threads[i].held > 0.0) {
            const double wait = states_[i].visits * (all - backlog(i));
            const double next = threads[i].held + threads[i].elsewhere + wait;
            responses_[i] += k_damping * (next - responses_[i]);
        }
    }
}

}  // namespace advisor::model
