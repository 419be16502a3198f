#pragma once

// Processes on shared cores, each slot an interpreter for itself.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/core_sharing.hpp"
#include "model/stage.hpp"

namespace advisor::model {

/// Slots that compute a like fraction of their time form a class and progress at one rate, found
/// with the mean fraction of the class: so what the cores give is exact, and a single slot's rate
/// is off by a hundredth at most. Each class has a clock of its own that runs at its rate; a slot
/// ends at a fixed time of that clock, so that a change of the rates touches the classes and not
/// the slots.
class CoreStage final : public Stage {
public:
    CoreStage(const ModelParameters& parameters, const Machine& machine, std::uint32_t slots);

    [[nodiscard]] double now() const override { return now_; }
    void begin(std::uint32_t slot, const Demand& demand) override;
    [[nodiscard]] double next_end() override;
    std::uint32_t end_next() override;
    void advance(double time) override;
    [[nodiscard]] double gil_loss(std::uint32_t) const override { return 0.0; }

private:
    static constexpr std::size_t k_classes = 61;  ///< 0: never computes; then steps of 1/60

    struct Class {
        double clock = 0.0;
        double rate = 1.0;
        double factors = 0.0;    ///< cores that its members and their companions would use
        double fractions = 0.0;  ///< sum of their fractions
        std::vector<std::pair<double, std::uint32_t>> ends;  ///< a heap: clock and slot
    };
    struct Slot {
        double fraction = 0.0;
        double width = 1.0;
    };

    [[nodiscard]] static std::size_t class_of(double fraction);
    void count(const Slot& slot, double sign);
    void add_factors(double fraction, double factors);
    void settle();

    CoreSharing cores_;
    std::array<Class, k_classes> classes_;
    std::uint64_t running_ = 0;  ///< bit i: somebody of class i runs
    std::uint64_t counted_ = 0;  ///< bit i: class i has factors
    std::vector<Slot> slots_;
    std::vector<CoreUse> uses_;
    double now_ = 0.0;
    bool settled_ = true;   ///< the rates fit to what runs
    std::size_t next_ = 0;  ///< class of the next end
    double next_end_ = 0.0;
};

}  // namespace advisor::model
