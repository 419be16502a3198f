#pragma once

// What changed materially between base and head, and head rebuilt with base's costs for all else.

#include <advisor/base/units.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "advise/matching.hpp"

namespace advisor {

enum class ChangeKind : std::uint8_t {
    test_added,
    test_changed,
    file_changed,  ///< many tests of one file, each by less than can be told apart from noise
    fixture_added,
    fixture_changed,
    fixture_wider,  ///< tests of base use a fixture of base that they did not use before
    group_changed,  ///< tests of base carry other xdist_group marks
    start_changed,
    collection_changed,
    finish_changed,
};

struct Change {
    ChangeKind kind = ChangeKind::test_changed;
    std::string subject;
    Seconds base;                      ///< of the test, of one set-up, or of the span
    Seconds head;                      ///< normalised to base's machine
    std::vector<std::uint32_t> tests;  ///< of head, that undoing touches
    std::uint32_t fixture = 0;         ///< definition in head, for the fixture kinds
    std::uint64_t instances = 0;       ///< set-ups of that fixture in head's run
    bool only_new_tests = false;       ///< no test of base uses this new fixture
};

struct Changes {
    Matching matching;
    Profile head;  ///< head's structure with base's costs, material changes at head's
    std::vector<Change> material;
    std::uint64_t tests_added = 0;
    std::uint64_t tests_removed = 0;
    std::uint64_t tests_changed = 0;
    Seconds added;    ///< new tests and the fixtures that only they use, as a sequential run pays
    Seconds removed;  ///< tests of base that head no longer has
};

[[nodiscard]] Changes changes_between(const Profile& base, const Profile& head);

/// `changes.head` without one change: an added test or fixture costs nothing, a changed one what it
/// cost in base.
[[nodiscard]] Profile undo(const Profile& base, const Changes& changes, const Change& change);

/// An upper bound of what the material changes can add to the wall of a configuration by
/// themselves, beyond new work that is spread evenly; zero if nothing became slower.
[[nodiscard]] Seconds
cost_by_themselves(const Changes& changes, const Configuration& configuration);

/// "test", "file", "fixture", "group", "start", "collection", "finish": Culprit::kind.
[[nodiscard]] std::string kind_name(ChangeKind kind);

}  // namespace advisor
