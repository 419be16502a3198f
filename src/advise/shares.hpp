#pragma once

// Sums over a profile that several advisers need: how much of the suite computes, waits, holds the
// GIL, and what a span would have taken on a machine of its own.

#include <advisor/base/units.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/profile.hpp>

#include <vector>

namespace advisor {

/// Wall time without the waiting for a core: what the span takes on an idle machine.
[[nodiscard]] Seconds alone(const Cost& cost);

/// All phases and the protocol's own time, without fixtures of class scope or wider.
[[nodiscard]] Seconds alone(const TestCost& test);

/// The part of alone() that somebody computes in (the test's thread, helpers or children).
[[nodiscard]] Seconds computing(const Cost& cost);

struct Shares {
    Seconds tests;             ///< alone() of all tests and fixture instances
    Seconds computing;         ///< all of it where no CPU times were measured, as in the model
    Seconds helper_cpu;        ///< CPU of threads other than the one that runs tests
    Measured<Seconds> gil;     ///< absent if no test was sampled
    TestIndex longest;         ///< the test with the greatest alone(); 0 if there is none
    std::size_t executed = 0;  ///< tests that ran

    /// Part of the tests' time in which nobody computes, from 0 to 1.
    [[nodiscard]] double waiting() const;
};

[[nodiscard]] Shares shares_of(const Profile& profile);

/// Interpreter, plugins, conftest files and collection: what each xdist worker repeats.
[[nodiscard]] Seconds start_of(const SessionCost& session);

/// The unit of loadfile: the id up to the first "::".
[[nodiscard]] std::string_view file_of(std::string_view id);

[[nodiscard]] bool has_groups(const Profile& profile);

}  // namespace advisor
