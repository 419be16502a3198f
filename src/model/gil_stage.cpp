#include "model/gil_stage.hpp"

#include <algorithm>
#include <limits>

namespace advisor::model {

GilStage::GilStage(
    const ModelParameters& parameters,
    const Machine& machine,
    std::uint32_t slots,
    std::uint32_t lanes
)
    : rates_(parameters, machine),
      lanes_(lanes),
      left_(slots, 0.0),
      loss_(slots, 0.0) {}

void GilStage::begin(std::uint32_t slot, const Demand& demand) {
    const auto place = std::lower_bound(running_.begin(), running_.end(), slot) - running_.begin();
    running_.insert(running_.begin() + place, slot);
    activities_.insert(activities_.begin() + place, {demand, slot / lanes_});
    left_[slot] = std::max(0.0, demand.alone().value());
    loss_[slot] = 0.0;
    settled_ = false;
}

void GilStage::settle() {
    if (!settled_) {
        const auto progress = rates_.of(activities_);
        progress_.assign(progress.begin(), progress.end());
        settled_ = true;
    }
}

double GilStage::end_of(std::size_t place) const {
    return now_ + left_[running_[place]] / progress_[place].rate;
}

double GilStage::next_end() {
    settle();
    double next = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < running_.size(); ++i) {
        next = std::min(next, end_of(i));
    }
    return next;
}

std::optional<std::uint32_t> GilStage::end_next() {
    const double end = next_end();
    std::size_t place = 0;
    while (end_of(place) > end) {
        ++place;
    }
    const std::uint32_t slot = running_[place];
    advance(end);
    left_[slot] = 0.0;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(place));
    activities_.erase(activities_.begin() + static_cast<std::ptrdiff_t>(place));
    settled_ = false;
    return slot;
}

void GilStage::advance(double time) {
    settle();
    const double passed = std::max(0.0, time - now_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
        const Progress& progress = progress_[i];
        const double done = passed * progress.rate;
        left_[running_[i]] = std::max(0.0, left_[running_[i]] - done);
        loss_[running_[i]] += std::min(passed - done, done * (1.0 / progress.gil_rate - 1.0));
    }
    now_ = std::max(now_, time);
}

}  // namespace advisor::model
