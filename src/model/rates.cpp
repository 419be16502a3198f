#include "model/rates.hpp"

#include <algorithm>

namespace advisor::model {

namespace {

/// Rounds between GIL and cores. The second round moves the rates by a few per cent at most.
constexpr int k_rounds = 2;

double gil_part(const Demand& demand) {
    return std::min(demand.gil, demand.cpu - demand.overlapped).value();
}

double released_part(const Demand& demand) {
    return (demand.cpu - demand.overlapped).value() - gil_part(demand);
}

/// How much longer computing takes, from the rate of a process that computes `fraction`.
double stretch_of(double rate, double fraction) {
    return fraction > 0.0 && rate > 0.0 ? 1.0 + (1.0 / rate - 1.0) / fraction : 1.0;
}

}  // namespace

Rates::Rates(const ModelParameters& parameters, const Machine& machine)
    : cores_(parameters, machine),
      gil_(std::max(1e-6, parameters.gil_switch_interval.value())) {}

std::span<const Progress> Rates::of(std::span<const Activity> running) {
    progress_.assign(running.size(), Progress{});
    held_stretch_.assign(running.size(), 1.0);
    released_stretch_.assign(running.size(), 1.0);
    alone_.resize(running.size());
    response_.clear();
    for (std::size_t i = 0; i < running.size(); ++i) {
        alone_[i] = running[i].demand.alone().value();
    }
    for (int round = 0; round < k_rounds; ++round) {
        take_turns(running);
        for (std::size_t i = 0; i < running.size(); ++i) {
            const double rate = response_[i] > 0.0 ? std::min(1.0, alone_[i] / response_[i]) : 1.0;
            progress_[i].rate = rate;
            if (round == 0) {
                progress_[i].gil_rate = rate;
            }
        }
        if (round + 1 < k_rounds && !stretch_computing(running)) {
            break;
        }
    }
    respect_capacity(running);
    return progress_;
}

/// Responses with the GIL of each interpreter, with computing stretched as last found.
void Rates::take_turns(std::span<const Activity> running) {
    const bool again = response_.size() == running.size();
    response_.resize(running.size());
    for (std::size_t begin = 0; begin < running.size();) {
        turns_.clear();
        std::size_t end = begin;
        while (end < running.size() && running[end].interpreter == running[begin].interpreter) {
            const Demand& demand = running[end].demand;
            turns_.push_back(
                {gil_part(demand) * held_stretch_[end],
                 demand.blocked.value() + released_part(demand) * released_stretch_[end],
                 demand.releases}
            );
            ++end;
        }
        const auto near = std::span(response_).subspan(begin, end - begin);
        const auto found = gil_.responses(turns_, again ? near : std::span<double>{});
        std::copy(found.begin(), found.end(), near.begin());
        begin = end;
    }
}

/// Threads that hold a GIL never compute at once: to the cores the holders of one interpreter are
/// one process, and what each thread computes without the GIL is another. Returns false where
/// nothing is stretched, so that a further round would find the same.
bool Rates::stretch_computing(std::span<const Activity> running) {
    uses_.clear();
    for (std::size_t i = 0; i < running.size(); ++i) {
        const Demand& demand = running[i].demand;
        if (i == 0 || running[i].interpreter != running[i - 1].interpreter) {
            uses_.push_back({});
        }
        if (response_[i] > 0.0) {
            double& holders = uses_.back().fraction;
            holders = std::min(1.0, holders + gil_part(demand) / response_[i]);
        }
    }
    const std::size_t interpreters = uses_.size();
    for (std::size_t i = 0; i < running.size(); ++i) {
        CoreUse released = core_use(running[i].demand);
        released.fraction = response_[i] > 0.0
                                ? std::min(1.0, released_part(running[i].demand) / response_[i])
                                : 0.0;
        uses_.push_back(released);
    }
    const auto rates = cores_.rates(uses_);
    if (std::all_of(rates.begin(), rates.end(), [](double rate) { return rate == 1.0; })) {
        return false;
    }
    std::size_t interpreter = 0;
    for (std::size_t i = 0; i < running.size(); ++i) {
        if (i > 0 && running[i].interpreter != running[i - 1].interpreter) {
            ++interpreter;
        }
        const std::size_t own = interpreters + i;
        held_stretch_[i] = stretch_of(rates[interpreter], uses_[interpreter].fraction);
        released_stretch_[i] = stretch_of(rates[own], uses_[own].fraction);
    }
    return true;
}

/// The rounds end before they have settled; no more may come out than the cores can give.
void Rates::respect_capacity(std::span<const Activity> running) {
    double computed = 0.0;
    for (std::size_t i = 0; i < running.size(); ++i) {
        if (alone_[i] > 0.0) {
            computed += progress_[i].rate * running[i].demand.cpu.value() / alone_[i];
        }
    }
    const double over = computed / cores_.most_capacity();
    if (over > 1.0) {
        for (Progress& progress : progress_) {
            progress.rate /= over;
        }
    }
}

}  // namespace advisor::model
