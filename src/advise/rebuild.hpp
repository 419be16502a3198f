#pragma once

// Operations on a profile that give another one: costs replaced, tests left out.

#include <advisor/base/units.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// How often a fixture was set up, and what the set-ups and tear-downs took together.
struct Setups {
    std::uint64_t count = 0;
    Seconds total;
    [[nodiscard]] Seconds mean() const { return total / static_cast<double>(count); }
};

/// By fixture definition.
[[nodiscard]] std::vector<Setups> setups_of(const Profile& profile);

[[nodiscard]] bool uses_fixture(const TestCost& test, std::uint32_t fixture);

/// Every time and count of `cost` multiplied by `factor`.
[[nodiscard]] Cost scaled(const Cost& cost, double factor);

/// Gives `test` the times of `from`; id, outcome, scopes and fixtures stay.
void take_costs(TestCost& test, const TestCost& from);

/// Gives each instance of `fixture` in `profile` the mean cost that `from_fixture` has in `from`.
void set_fixture_costs(
    Profile& profile, std::uint32_t fixture, const Profile& from, std::uint32_t from_fixture
);

/// The run's wall if `changed` were run where `measured` was: what differs is the sum of all costs.
[[nodiscard]] Seconds sequential_wall(const Profile& measured, const Profile& changed);

/// `profile` with these tests only, in this order, as if they alone had been run: fixtures that
/// none of them uses are gone, start, collection and finish stay whole.
[[nodiscard]] Profile part_of(const Profile& profile, const std::vector<std::uint32_t>& tests);

}  // namespace advisor
