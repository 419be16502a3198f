#pragma once

// What became of each test in several runs of one suite. Refers to the runs.

#include <advisor/domain/profile.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace advisor {

using Runs = std::vector<const Profile*>;

struct Seen {
    static constexpr std::size_t k_outcomes = static_cast<std::size_t>(TestOutcome::not_run) + 1;

    std::array<std::uint32_t, k_outcomes> outcomes{};  ///< runs in which it ended so
    std::uint32_t collected = 0;                       ///< complete runs that have it

    /// The most frequent one, and the worse of two; nothing where it never ended.
    [[nodiscard]] std::optional<TestOutcome> outcome() const;
};

class RunCensus {
public:
    explicit RunCensus(const Runs& runs);

    /// Of the `nth` test of that id in a run; there must be one in some run.
    [[nodiscard]] const Seen& of(std::string_view id, std::uint32_t nth) const {
        return tests_.at({id, nth});
    }

    /// Tests that did not end alike, or that complete runs did not all collect; by id.
    [[nodiscard]] std::vector<UnsteadyTest> unsteady() const;

    /// In how many orders complete runs collected the tests that all of them have; 1 if in the
    /// same.
    [[nodiscard]] std::uint32_t orders() const;

    /// How many more of the run's tests most complete runs lack than have: the run that is least
    /// so is the one to hold others against.
    [[nodiscard]] std::int64_t strangeness_of(const Profile& run) const;

private:
    [[nodiscard]] std::uint32_t complete() const {
        return static_cast<std::uint32_t>(complete_.size());
    }

    std::map<std::pair<std::string_view, std::uint32_t>, Seen> tests_;
    Runs complete_;
};

}  // namespace advisor
