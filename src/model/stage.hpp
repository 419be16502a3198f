#pragma once

// What runs on the machine at one moment, and when each part of it ends.

#include <advisor/model/workload.hpp>

#include <cstdint>
#include <optional>

namespace advisor::model {

/// A slot runs one demand at a time: a worker or lane its test, the controller its message. The
/// speed of each depends on all others. Time only moves forward, by advance() and end_next().
class Stage {
public:
    Stage() = default;
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    Stage(Stage&&) = delete;
    Stage& operator=(Stage&&) = delete;
    virtual ~Stage() = default;

    /// Seconds from the launch of the run.
    [[nodiscard]] virtual double now() const = 0;
    /// The slot must be free.
    virtual void begin(std::uint32_t slot, const Demand& demand) = 0;
    /// When the next slot ends, if nothing begins before; infinity if nothing runs. Or earlier,
    /// when speeds have to be looked at again.
    [[nodiscard]] virtual double next_end() = 0;
    /// Moves to next_end() and returns the slot that ends there, if one does; of several, the
    /// lowest.
    virtual std::optional<std::uint32_t> end_next() = 0;
    /// Moves to `time`, which is not after next_end().
    virtual void advance(double time) = 0;
    /// Somebody without a slot does this beside the slots: how long it takes. What it takes of the
    /// cores counts from when speeds are looked at again.
    virtual double work_beside(const Demand& demand) = 0;
    /// Seconds that what ended last in the slot lost to the GIL.
    [[nodiscard]] virtual double gil_loss(std::uint32_t slot) const = 0;
};

}  // namespace advisor::model
