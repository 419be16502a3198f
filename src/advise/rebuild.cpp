#include "advise/rebuild.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "advise/shares.hpp"

namespace advisor {

namespace {

Seconds total(const Profile& profile) {
    const SessionCost& session = profile.session;
    Seconds sum = start_of(session) + alone(session.finish) + alone(session.exit);
    for (const TestCost& test : profile.tests) {
        sum += alone(test);
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        sum += alone(instance.setup) + alone(instance.teardown);
    }
    return sum;
}

std::int64_t scaled(std::int64_t count, double factor) {
    return std::llround(static_cast<double>(count) * factor);
}

Seconds scaled(Seconds time, double factor) {
    return time * factor;
}

template <typename T>
Measured<T> scaled(const Measured<T>& value, double factor) {
    return value.has_value() ? Measured<T>(scaled(value.value(), factor), value.source()) : value;
}

}  // namespace

std::vector<Setups> setups_of(const Profile& profile) {
    std::vector<Setups> setups(profile.fixture_definitions.size());
    for (const FixtureInstance& instance : profile.fixtures) {
        Setups& of = setups[instance.use.fixture.value];
        ++of.count;
        of.total += alone(instance.setup) + alone(instance.teardown);
    }
    return setups;
}

bool uses_fixture(const TestCost& test, std::uint32_t fixture) {
    return std::any_of(test.fixtures.begin(), test.fixtures.end(), [&](const FixtureUse& use) {
        return use.fixture.value == fixture;
    });
}

Cost scaled(const Cost& cost, double factor) {
    Cost result = cost;
    for (Seconds Cost::*part :
         {&Cost::wall,
          &Cost::cpu_user,
          &Cost::cpu_sys,
          &Cost::other_threads_cpu,
          &Cost::children_cpu}) {
        result.*part = scaled(result.*part, factor);
    }
    result.core_wait = scaled(cost.core_wait, factor);
    result.gil_held = scaled(cost.gil_held, factor);
    result.gil_held_blocked = scaled(cost.gil_held_blocked, factor);
    result.gil_releases = scaled(cost.gil_releases, factor);
    result.voluntary_switches = scaled(cost.voluntary_switches, factor);
    result.involuntary_switches = scaled(cost.involuntary_switches, factor);
    result.major_faults = scaled(cost.major_faults, factor);
    return result;
}

void take_costs(TestCost& test, const TestCost& from) {
    test.setup = from.setup;
    test.call = from.call;
    test.teardown = from.teardown;
    test.protocol_overhead = from.protocol_overhead;
    test.peak_rss = from.peak_rss;
}

void set_fixture_costs(
    Profile& profile, std::uint32_t fixture, const Profile& from, std::uint32_t from_fixture
) {
    Cost setup;
    Cost teardown;
    // An unmeasured part makes a sum unmeasured, so the sum must start from a measured zero.
    for (Cost* cost : {&setup, &teardown}) {
        cost->core_wait = {Seconds(0), Source::derived};
        cost->gil_held = {Seconds(0), Source::derived};
        cost->gil_held_blocked = {Seconds(0), Source::derived};
        cost->gil_releases = {0, Source::derived};
    }
    double count = 0;
    for (const FixtureInstance& instance : from.fixtures) {
        if (instance.use.fixture.value == from_fixture) {
            setup += instance.setup;
            teardown += instance.teardown;
            ++count;
        }
    }
    const double share = count > 0 ? 1.0 / count : 0.0;
    for (FixtureInstance& instance : profile.fixtures) {
        if (instance.use.fixture.value == fixture) {
            instance.setup = scaled(setup, share);
            instance.teardown = scaled(teardown, share);
        }
    }
}

Seconds sequential_wall(const Profile& measured, const Profile& changed) {
    return std::max(Seconds(0), measured.run.wall + total(changed) - total(measured));
}

Profile part_of(const Profile& profile, const std::vector<std::uint32_t>& tests) {
    Profile part;  // Not a copy: the tests may be a hundred thousand, and few of them stay.
    part.run = profile.run;
    part.host = profile.host;
    part.interpreter = profile.interpreter;
    part.disturbance = profile.disturbance;
    part.session = profile.session;
    part.fixture_definitions = profile.fixture_definitions;
    part.missing = profile.missing;
    std::map<std::uint32_t, TestIndex> place;
    std::map<FixtureUse, TestIndex> first_user;
    for (const std::uint32_t test : tests) {
        const TestIndex here{static_cast<std::uint32_t>(part.tests.size())};
        place.emplace(test, here);
        part.tests.push_back(profile.tests[test]);
        for (const FixtureUse& use : profile.tests[test].fixtures) {
            first_user.emplace(use, here);
        }
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        const auto requester = place.find(instance.requested_by.value);
        if (requester != place.end()) {
            part.fixtures.push_back(instance);
            part.fixtures.back().requested_by = requester->second;
            first_user.erase(instance.use);
        }
    }
    // Of an instance that only another part's test asked for, one copy says what it costs here.
    for (const FixtureInstance& instance : profile.fixtures) {
        const auto user = first_user.find(instance.use);
        if (user != first_user.end()) {
            part.fixtures.push_back(instance);
            part.fixtures.back().requested_by = user->second;
            first_user.erase(user);
        }
    }
    part.run.wall = sequential_wall(profile, part);
    return part;
}

}  // namespace advisor
