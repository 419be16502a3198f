#pragma once

// Threads that share the GIL of their interpreter, and cores with everything else.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>

#include <cstdint>
#include <vector>

#include "model/rates.hpp"
#include "model/stage.hpp"

namespace advisor::model {

/// Slots [i * lanes, (i + 1) * lanes) are the threads of interpreter i. How long a thread waits
/// for the GIL depends on the bursts of all others, so that every change touches every slot.
class GilStage final : public Stage {
public:
    GilStage(
        const ModelParameters& parameters,
        const Machine& machine,
        std::uint32_t slots,
        std::uint32_t lanes
    );

    [[nodiscard]] double now() const override { return now_; }
    void begin(std::uint32_t slot, const Demand& demand) override;
    [[nodiscard]] double next_end() override;
    std::optional<std::uint32_t> end_next() override;
    void advance(double time) override;
    double work_beside(const Demand& demand) override { return demand.alone().value(); }
    [[nodiscard]] double gil_loss(std::uint32_t slot) const override { return loss_[slot]; }

private:
    void settle();
    [[nodiscard]] double end_of(std::size_t place) const;

    Rates rates_;
    std::uint32_t lanes_;
    double now_ = 0.0;
    bool settled_ = true;
    std::vector<std::uint32_t> running_;  ///< slots, ascending
    std::vector<Activity> activities_;    ///< as running_
    std::vector<Progress> progress_;      ///< as running_, once settled
    std::vector<double> left_;            ///< by slot: seconds alone
    std::vector<double> loss_;            ///< by slot
};

}  // namespace advisor::model
