#include "model/gil_portions.hpp"

#include <algorithm>
#include <array>

namespace advisor::model {

namespace {

/// Where kinds part: bursts in switch intervals, between which it does not end them, it ends some
/// and it ends all (gil_station.cpp); and the part of the time in which the GIL is not held.
constexpr std::array k_bursts{0.25, 1.0, 2.0};
constexpr std::array k_elsewhere{0.05, 0.35, 0.7};
constexpr std::size_t k_kinds = (k_bursts.size() + 1) * (k_elsewhere.size() + 1);

template <std::size_t count>
std::size_t place(const std::array<double, count>& bounds, double value) {
    return static_cast<std::size_t>(
        std::upper_bound(bounds.begin(), bounds.end(), value) - bounds.begin()
    );
}

double gil_part(const Demand& demand) {
    return std::min(demand.gil, demand.cpu - demand.overlapped).value();
}

/// Bursts are divided like time, and one of them is not counted as a release.
Demand part_of(const Demand& demand, double part) {
    Demand result = demand * part;
    result.releases = (demand.releases + 1.0) * part - 1.0;
    return result;
}

}  // namespace

std::vector<double>
clock_with_gil(const Course& course, std::uint32_t lanes, Seconds switch_interval) {
    const double interval = std::max(1e-6, switch_interval.value());
    std::vector<double> turns{0.0};
    double held = 0.0;
    for (Test i = 0; i < course.size(); ++i) {
        const Demand demand = course.demand({i, i + 1});
        const double its = gil_part(demand);
        held += its;
        turns.push_back(
            turns.back() + (its > 0.0 ? std::max(demand.releases + 1.0, its / interval) : 0.0)
        );
    }
    const std::span<const double> alone = course.clock();
    const double wait = turns.back() > 0.0 ? (lanes * held - alone.back()) / turns.back() : 0.0;
    for (Test i = 0; i <= course.size(); ++i) {
        turns[i] = alone[i] + turns[i] * std::max(0.0, wait);
    }
    return turns;
}

GilPortions::GilPortions(Seconds switch_interval)
    : interval_(std::max(1e-6, switch_interval.value())),
      kinds_(k_kinds),
      counts_(k_kinds, 0.0) {}

std::size_t GilPortions::kind_of(const Demand& demand) const {
    const double alone = demand.alone().value();
    const double held = gil_part(demand);
    const double elsewhere = alone > 0.0 ? 1.0 - held / alone : 1.0;
    return place(k_elsewhere, elsewhere) * (k_bursts.size() + 1)
           + place(k_bursts, held / (demand.releases + 1.0) / interval_);
}

void GilPortions::add(const Demand& demand) {
    const std::size_t kind = kind_of(demand);
    kinds_[kind] += demand;
    counts_[kind] += 1.0;
}

void GilPortions::take(double from, std::vector<Demand>& portions) {
    Seconds offset;
    for (std::size_t kind = 0; kind < k_kinds; ++kind) {
        offset += kinds_[kind].alone() * from;
        // One burst ends with each test.
        kinds_[kind].releases += counts_[kind] - 1.0;
    }
    std::size_t first = 0;
    while (first + 1 < k_kinds && offset >= kinds_[first].alone()) {
        offset -= kinds_[first++].alone();
    }
    const double before = offset > Seconds(0) ? std::min(1.0, offset / kinds_[first].alone()) : 0.0;
    if (before > 0.0) {
        portions.push_back(part_of(kinds_[first], before));
    }
    for (std::size_t i = 1; i < k_kinds; ++i) {
        const std::size_t kind = (first + k_kinds - i) % k_kinds;
        if (counts_[kind] > 0.0) {
            portions.push_back(kinds_[kind]);
        }
    }
    portions.push_back(part_of(kinds_[first], 1.0 - before));
    std::fill(kinds_.begin(), kinds_.end(), Demand{});
    std::fill(counts_.begin(), counts_.end(), 0.0);
}

}  // namespace advisor::model
