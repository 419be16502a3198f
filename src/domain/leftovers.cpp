#include "advisor/domain/leftovers.hpp"

#include <advisor/domain/profile.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace advisor {

namespace {

/// What a fixture's tear-down gives up is what its set-up took, whatever tests took in between.
void undo_within_fixtures(
    const std::vector<HoldingsChange>& changes, std::vector<std::int32_t>& amounts
) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        for (std::size_t earlier = i; earlier-- > 0 && changes[i].fixture && amounts[i] < 0;) {
            if (changes[earlier].fixture == changes[i].fixture && amounts[earlier] > 0) {
                const std::int32_t undone = std::min(amounts[earlier], -amounts[i]);
                amounts[earlier] -= undone;
                amounts[i] += undone;
            }
        }
    }
}

/// With L(i) the lowest level from change i on, and L the level before all changes, what change i
/// left for good is L(i) - min(level before i, L(i)): the sum over all i is the gain of the whole.
void keep_remaining(
    const std::vector<HoldingsChange>& changes,
    std::int32_t Holdings::*kind,
    std::vector<Holdings>& kept
) {
    std::vector<std::int32_t> amounts;
    amounts.reserve(changes.size());
    for (const HoldingsChange& each : changes) {
        amounts.push_back(each.change.*kind);
    }
    undo_within_fixtures(changes, amounts);
    std::int32_t level = std::accumulate(amounts.begin(), amounts.end(), 0);
    std::int32_t lowest = level;
    for (std::size_t i = changes.size(); i-- > 0;) {
        lowest = std::min(lowest, level);
        const std::int32_t before = level - amounts[i];
        kept[i].*kind = lowest - std::min(before, lowest);
        level = before;
    }
}

std::string name_of(const HoldingsChange& change, const Profile& profile) {
    if (change.fixture) {
        return fmt::format("fixture {}", profile.fixture_definitions[change.fixture->value].name);
    }
    const std::string& last = profile.tests[change.last.value].id;
    if (change.first == change.last) {
        return last;
    }
    return fmt::format("{} to {}", profile.tests[change.first.value].id, last);
}

}  // namespace

Holdings operator+(Holdings a, const Holdings& b) {
    a.threads += b.threads;
    a.descriptors += b.descriptors;
    a.children += b.children;
    return a;
}

Holdings operator-(Holdings a, const Holdings& b) {
    a.threads -= b.threads;
    a.descriptors -= b.descriptors;
    a.children -= b.children;
    return a;
}

std::vector<Holdings> remaining(const std::vector<HoldingsChange>& changes) {
    std::vector<Holdings> kept(changes.size());
    keep_remaining(changes, &Holdings::threads, kept);
    keep_remaining(changes, &Holdings::descriptors, kept);
    keep_remaining(changes, &Holdings::children, kept);
    return kept;
}

std::vector<Leaver> leavers(const Profile& profile) {
    std::vector<Leaver> found;
    if (!profile.leftovers) {
        return found;
    }
    const std::vector<HoldingsChange>& changes = profile.leftovers->changes;
    const std::vector<Holdings> kept = remaining(changes);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (kept[i] == Holdings()) {
            continue;
        }
        std::string name = name_of(changes[i], profile);
        const auto same = std::find_if(found.begin(), found.end(), [&](const Leaver& leaver) {
            return leaver.name == name;
        });
        if (same == found.end()) {
            found.push_back({std::move(name), kept[i]});
        } else {
            same->left = same->left + kept[i];
        }
    }
    return found;
}

}  // namespace advisor
