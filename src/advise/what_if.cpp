#include <algorithm>
#include <map>
#include <string_view>

#include "advise/changes.hpp"
#include "advise/rebuild.hpp"
#include "advise/shares.hpp"

namespace advisor {

namespace {

bool keeps_units_together(const Configuration& configuration) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    return processes != nullptr
           && (processes->dist == Distribution::loadscope
               || processes->dist == Distribution::loadfile
               || processes->dist == Distribution::loadgroup);
}

/// The longest thing among the new tests that one worker must run in a row.
Seconds longest_added(const Changes& changes, bool whole_files) {
    std::map<std::string_view, Seconds> by_unit;
    Seconds longest;
    for (const Change& change : changes.material) {
        if (change.kind == ChangeKind::test_added) {
            Seconds& unit = by_unit[file_of(change.subject)];
            unit += change.head;
            longest = std::max(longest, whole_files ? unit : change.head);
        }
    }
    return longest;
}

/// An added test has no partner in base and costs nothing.
void restore_tests(
    const Profile& base, const Changes& changes, const Change& change, Profile& head
) {
    for (const std::uint32_t test : change.tests) {
        const auto before = changes.matching.base_test[test];
        take_costs(head.tests[test], before ? base.tests[*before] : TestCost{});
    }
}

void free_fixture(const Change& change, Profile& head) {
    for (FixtureInstance& instance : head.fixtures) {
        if (instance.use.fixture.value == change.fixture) {
            instance.setup = Cost{};
            instance.teardown = Cost{};
        }
    }
}

void drop_uses(const Change& change, Profile& head) {
    for (const std::uint32_t test : change.tests) {
        std::erase_if(head.tests[test].fixtures, [&](const FixtureUse& use) {
            return use.fixture.value == change.fixture;
        });
    }
}

void restore_groups(
    const Profile& base, const Changes& changes, const Change& change, Profile& head
) {
    for (const std::uint32_t test : change.tests) {
        head.tests[test].groups = base.tests[*changes.matching.base_test[test]].groups;
    }
}

}  // namespace

Profile undo(const Profile& base, const Changes& changes, const Change& change) {
    Profile head = changes.head;
    SessionCost& session = head.session;
    switch (change.kind) {
    case ChangeKind::test_added:
    case ChangeKind::test_changed:
    case ChangeKind::file_changed: restore_tests(base, changes, change, head); break;
    case ChangeKind::fixture_added: free_fixture(change, head); break;
    case ChangeKind::fixture_changed:
        set_fixture_costs(
            head, change.fixture, base, *changes.matching.base_fixture[change.fixture]
        );
        break;
    case ChangeKind::fixture_wider: drop_uses(change, head); break;
    case ChangeKind::group_changed: restore_groups(base, changes, change, head); break;
    case ChangeKind::start_changed:
        session.start = base.session.start;
        session.configure = base.session.configure;
        break;
    case ChangeKind::collection_changed: session.collection = base.session.collection; break;
    case ChangeKind::finish_changed:
        session.finish = base.session.finish;
        session.exit = base.session.exit;
        break;
    }
    head.run.wall = sequential_wall(base, head);
    return head;
}

Seconds cost_by_themselves(const Changes& changes, const Configuration& configuration) {
    const double workers = parallelism(configuration);
    Seconds sum = longest_added(changes, keeps_units_together(configuration));
    for (const Change& change : changes.material) {
        const Seconds more = std::max(Seconds(0), change.head - change.base);
        switch (change.kind) {
        case ChangeKind::test_added: break;
        case ChangeKind::test_changed:
        case ChangeKind::file_changed:
        case ChangeKind::group_changed: sum += more; break;
        case ChangeKind::fixture_added:
        case ChangeKind::fixture_changed:
            sum += more * workers * static_cast<double>(change.instances);
            break;
        case ChangeKind::fixture_wider: sum += change.head * workers; break;
        case ChangeKind::start_changed:
        case ChangeKind::collection_changed:
        case ChangeKind::finish_changed: sum += more * workers; break;
        }
    }
    return sum;
}

std::string kind_name(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::test_added:
    case ChangeKind::test_changed: return "test";
    case ChangeKind::file_changed: return "file";
    case ChangeKind::fixture_added:
    case ChangeKind::fixture_changed:
    case ChangeKind::fixture_wider: return "fixture";
    case ChangeKind::group_changed: return "group";
    case ChangeKind::start_changed: return "start";
    case ChangeKind::collection_changed: return "collection";
    case ChangeKind::finish_changed: return "finish";
    }
    return "test";
}

}  // namespace advisor
