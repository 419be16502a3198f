#include "model/gil_portions.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "model/course.hpp"

namespace advisor::model {

namespace {

/// Where kinds part: bursts in switch intervals, between which it does not end them, it ends some
/// and it ends all (gil_station.cpp); and the part of the time in which the GIL is not held.
constexpr std::array k_bursts{0.25, 1.0, 2.0};
constexpr std::array k_elsewhere{0.05, 0.35, 0.7};
static_assert((k_bursts.size() + 1) * (k_elsewhere.size() + 1) == GilKinds::k_kinds);

/// Of the time of a run, in which a kind is worth a portion.
constexpr double k_least_part = 1.0 / 64.0;

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

GilKinds::GilKinds(const Course& course, Seconds switch_interval)
    : course_(course),
      interval_(std::max(1e-6, switch_interval.value())),
      turns_{0.0} {
    demands_.reserve(course.size());
    kinds_.reserve(course.size());
    turns_.reserve(course.size() + std::size_t{1});
    for (Test i = 0; i < course.size(); ++i) {
        const Demand demand = course.demand({i, i + 1});
        const double held = gil_part(demand);
        const double turns = held > 0.0 ? std::max(demand.releases + 1.0, held / interval_) : 0.0;
        held_ += held;
        demands_.push_back(demand);
        turns_.push_back(turns_.back() + turns);
        kinds_.push_back(static_cast<std::uint8_t>(of(demand)));
    }
}

std::size_t GilKinds::of(const Demand& demand) const {
    const double alone = demand.alone().value();
    const double held = gil_part(demand);
    const double elsewhere = alone > 0.0 ? 1.0 - held / alone : 1.0;
    return place(k_elsewhere, elsewhere) * (k_bursts.size() + 1)
           + place(k_bursts, held / (demand.releases + 1.0) / interval_);
}

std::vector<double> GilKinds::clock(std::uint32_t lanes) const {
    const std::span<const double> alone = course_.clock();
    const double wait =
        turns_.back() > 0.0 ? std::max(0.0, (lanes * held_ - alone.back()) / turns_.back()) : 0.0;
    std::vector<double> clock;
    clock.reserve(turns_.size());
    for (std::size_t i = 0; i < turns_.size(); ++i) {
        clock.push_back(alone[i] + wait * turns_[i]);
    }
    return clock;
}

void GilPortions::add_to_each(const Demand& extra) {
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
        kinds_[kind] += extra * counts_[kind];
    }
}

Demand GilPortions::sum() const {
    Demand all;
    for (const Demand& kind : kinds_) {
        all += kind;
    }
    return all;
}

Demand GilPortions::take_whole() {
    const Demand all = sum();
    kinds_.fill({});
    counts_.fill(0.0);
    return all;
}

/// What takes next to no time goes with the kind behind it.
void GilPortions::join_short() {
    const Seconds least = sum().alone() * k_least_part;
    for (std::size_t kind = 0; kind + 1 < kinds_.size(); ++kind) {
        if (kinds_[kind].alone() < least) {
            kinds_[kind + 1] += std::exchange(kinds_[kind], {});
            counts_[kind + 1] += std::exchange(counts_[kind], 0.0);
        }
    }
}

void GilPortions::take(double from, std::vector<Demand>& portions) {
    join_short();
    Seconds offset;
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
        offset += kinds_[kind].alone() * from;
        // One burst ends with each test.
        kinds_[kind].releases += counts_[kind] - 1.0;
    }
    std::size_t first = 0;
    while (first + 1 < kinds_.size() && offset >= kinds_[first].alone()) {
        offset -= kinds_[first++].alone();
    }
    const double before = offset > Seconds(0) ? std::min(1.0, offset / kinds_[first].alone()) : 0.0;
    if (before > 0.0) {
        portions.push_back(part_of(kinds_[first], before));
    }
    for (std::size_t i = 1; i < kinds_.size(); ++i) {
        const std::size_t kind = (first + kinds_.size() - i) % kinds_.size();
        if (counts_[kind] > 0.0) {
            portions.push_back(kinds_[kind]);
        }
    }
    portions.push_back(part_of(kinds_[first], 1.0 - before));
    kinds_.fill({});
    counts_.fill(0.0);
}

}  // namespace advisor::model
