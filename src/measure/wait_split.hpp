#pragma once

// Splits blocked time by reason: into waits that were seen whole, of which reason and length are
// known, and the rest, of which samples tell the mix.
//
// One instant is sampled in each period T. A wait of length l is seen with the probability p =
// min(1, l / T), so that each one that was seen stands for (1 - p) / p of its kind that were not
// (Horvitz and Thompson 1952), which together last l (1 - p) / p = T - l; a sample whose wait is
// not known as a whole stands for T. So the rest has the mix of the samples, those of a wait that
// was seen whole counted once, as 1 - p.
//
// That mix is drawn towards what is known besides by as much as a quarter of a sample would, since
// most tests wait for one thing: towards the waits of the same test that were seen whole, or if
// there are none, towards the mix of its file; this likewise towards that of the suite.

#include <advisor/domain/profile.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "measure/sample_log.hpp"

namespace advisor {

using Reasons = std::array<double, k_wait_reasons>;

/// How long a wait is by the period of samples; 1 if that is not known.
[[nodiscard]] double periods_of(const Sample& sample, Seconds period);

/// What the samples of some blocked time say of it.
struct SampledWaits {
    Reasons samples{};  ///< each for what it says of the rest, 1 at most
    Reasons whole{};    ///< seconds of the waits that were seen whole

    /// `sample` saw a wait, and if that is known as a whole, is the first one that did.
    void add(const Sample& sample, Seconds period);
    SampledWaits& operator+=(const SampledWaits& other);
    friend SampledWaits operator+(SampledWaits a, const SampledWaits& b) { return a += b; }
};

/// Time that was waited for each peer of a socket, by its port, in any unit.
using PeerPorts = std::map<std::optional<std::uint16_t>, double>;

/// Splits the blocked time of tests and fixtures, and sums it up.
class WaitSplit {
public:
    explicit WaitSplit(std::size_t groups)
        : by_group_(groups) {}

    /// All samples first.
    void learn(const SampledWaits& waits, std::uint32_t group);
    [[nodiscard]] bool is_empty() const;

    /// By reason, longest first; nothing for less than `k_shortest_split`.
    std::vector<Wait> split(Seconds blocked, const SampledWaits& waits, std::uint32_t group);

    /// Longest first; sockets are shared out as `ports` are.
    [[nodiscard]] std::vector<WaitTotal> totals(const PeerPorts& ports) const;
    /// Of the waits that were seen whole.
    [[nodiscard]] Seconds seen_whole() const { return seen_whole_; }

private:
    std::vector<SampledWaits> by_group_;
    SampledWaits all_;
    Reasons totals_{};
    Reasons variances_{};
    Seconds seen_whole_;
};

}  // namespace advisor
