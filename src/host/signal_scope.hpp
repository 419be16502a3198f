#pragma once

// While it lives, the signals that concern a child come through a descriptor instead of ending us,
// but for those that this process was told to ignore.

#include <advisor/host/descriptor.hpp>

#include <csignal>
#include <optional>

namespace advisor {

class SignalScope {
public:
    SignalScope();
    ~SignalScope();
    SignalScope(const SignalScope&) = delete;
    SignalScope& operator=(const SignalScope&) = delete;
    SignalScope(SignalScope&&) = delete;
    SignalScope& operator=(SignalScope&&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }
    [[nodiscard]] const sigset_t& outer_mask() const { return outer_; }

    /// The next signal that came, if any; never waits.
    [[nodiscard]] std::optional<int> next() const;

private:
    sigset_t outer_{};
    Descriptor descriptor_;
};

}  // namespace advisor
