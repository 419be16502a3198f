#pragma once

// Threads, open descriptors and child processes that were there after a test and not before it.
//
// The recorder counts them between tests and around each set-up and tear-down of a fixture of class
// scope or wider, but at most once a millisecond: what ran between two counts shares its change.
// A change is no fault yet, since a later tear-down may undo it; `remaining` tells what was never
// undone.

#include <advisor/domain/indices.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

struct Profile;

/// Counts of one process, or the difference of two counts.
struct Holdings {
    std::int32_t threads = 0;  ///< as the kernel counts them, those of libraries included
    std::int32_t descriptors = 0;
    std::int32_t children = 0;  ///< of the thread that runs tests, with those it never waited for

    friend bool operator==(const Holdings&, const Holdings&) = default;
};

[[nodiscard]] Holdings operator+(Holdings a, const Holdings& b);
[[nodiscard]] Holdings operator-(Holdings a, const Holdings& b);

/// What one count found other than the count before it.
struct HoldingsChange {
    /// The tests that ran in between, the first and the last; one of them made the change.
    TestIndex first;
    TestIndex last;
    /// Present: the set-up or tear-down of this fixture made it, during the test `last`.
    std::optional<FixtureIndex> fixture;
    Holdings change;

    friend bool operator==(const HoldingsChange&, const HoldingsChange&) = default;
};

struct Leftovers {
    std::vector<HoldingsChange> changes;  ///< in order of time, none of them zero
    /// What was there at the end and not after collection, one a line, some of it: "thread
    /// Thread-1", "descriptor socket", "process sleep 60". Untrusted bytes.
    std::vector<std::string> found;

    friend bool operator==(const Leftovers&, const Leftovers&) = default;
};

/// Of each change, in order, the part that was still there at the end; what ended is taken to be
/// what began last. None is negative.
[[nodiscard]] std::vector<Holdings> remaining(const std::vector<HoldingsChange>& changes);

/// Who left what for good: a node id, "fixture db", or "a.py::x to a.py::y" for one of several.
struct Leaver {
    std::string name;
    Holdings left;
};

/// In order of the suite; each name once.
[[nodiscard]] std::vector<Leaver> leavers(const Profile& profile);

}  // namespace advisor
