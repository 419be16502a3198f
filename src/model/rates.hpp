#pragma once

// Progress of threads that share the GILs of their interpreters and the cores of the machine.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <span>
#include <vector>

#include "model/core_sharing.hpp"
#include "model/gil_station.hpp"

namespace advisor::model {

/// What runs in a slot of the machine. Slots of one interpreter share a GIL.
struct Activity {
    Demand demand;
    std::uint32_t interpreter = 0;
};

struct Progress {
    double rate = 1.0;      ///< seconds alone per second
    double gil_rate = 1.0;  ///< what the rate would be if only the GIL were short
};

class Rates {
public:
    Rates(const ModelParameters& parameters, const Machine& machine);

    /// In the order of `running`, which is sorted by interpreter. Valid until the next call.
    [[nodiscard]] std::span<const Progress> of(std::span<const Activity> running);

private:
    void take_turns(std::span<const Activity> running);
    [[nodiscard]] bool stretch_computing(std::span<const Activity> running);
    void respect_capacity(std::span<const Activity> running);

    CoreSharing cores_;
    GilStation gil_;
    std::vector<Progress> progress_;
    std::vector<CoreUse> uses_;
    std::vector<GilUse> turns_;
    std::vector<double> alone_;
    std::vector<double> response_;
    std::vector<double> held_stretch_;      ///< of computing with the GIL
    std::vector<double> released_stretch_;  ///< of computing without it
};

}  // namespace advisor::model
