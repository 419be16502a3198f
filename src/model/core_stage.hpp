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
    /// With a `moment` rates are found anew only every so often, whatever ends and begins between:
    /// at even times, so that what runs then is what runs on average. But a large change counts at
    /// once. What begins meanwhile gets the rate that fits to the others.
    CoreStage(
        const ModelParameters& parameters,
        const Machine& machine,
        std::uint32_t slots,
        Seconds moment = {}
    );

    [[nodiscard]] double now() const override { return now_; }
    void begin(std::uint32_t slot, const Demand& demand) override;
    [[nodiscard]] double next_end() override;
    std::optional<std::uint32_t> end_next() override;
    void advance(double time) override;
    double work_beside(const Demand& demand) override;
    [[nodiscard]] double gil_loss(std::uint32_t) const override { return 0.0; }

private:
    static constexpr std::size_t k_classes = 61;  ///< 0: never computes; then steps of 1/60

    /// Cores that the members of a class and their companions would use, and the sum of their
    /// fractions.
    struct Use {
        double factors = 0.0;
        double fractions = 0.0;
    };
    struct Class {
        double clock = 0.0;  ///< at since_
        double rate = 1.0;
        Use use;
        Use settled;                                         ///< what the rate is for
        std::vector<std::pair<double, std::uint32_t>> ends;  ///< a heap: clock and slot
    };
    /// Who computes on several cores counts as so many whole processes, and one of another class
    /// that computes as often as what is left of the width.
    struct Slot {
        std::size_t index = 0;  ///< of its class
        double fraction = 0.0;
        double whole = 1.0;
        double rest = 0.0;
    };

    [[nodiscard]] static std::size_t class_of(double fraction);
    void count(const Slot& slot, double sign);
    void add_factors(std::size_t index, double fraction, double factors);
    void expect(std::size_t index);
    [[nodiscard]] bool ends_before(std::size_t a, std::size_t b) const;
    void find_first();
    void count_beside(double passed);
    void settle();

    CoreSharing cores_;
    std::array<Class, k_classes> classes_;
    std::array<double, k_classes> ends_;  ///< first of each, seconds of the run; infinity if none
    std::size_t first_ = 0;               ///< the class that ends first, if anybody runs
    std::uint64_t running_ = 0;           ///< bit i: somebody of class i runs
    std::uint64_t counted_ = 0;           ///< bit i: class i has factors
    std::uint64_t changed_ = 0;           ///< bit i: its use is not what its rate is for
    std::vector<Slot> slots_;
    std::vector<CoreUse> uses_;
    double now_ = 0.0;
    double moment_;
    double due_ = 0.0;  ///< if something has changed: when the rates will
    double factors_ = 0.0;
    double settled_factors_ = 0.0;
    double beside_ = 0.0;    ///< seconds computed beside the slots, of late
    double beside_s_ = 0.0;  ///< in such a time
    double since_ = 0.0;     ///< since when the rates are as they are
    bool is_pause_ = false;  ///< nobody ends next, but the rates are due
};

}  // namespace advisor::model
