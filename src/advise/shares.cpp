#include "advise/shares.hpp"

#include <algorithm>

namespace advisor {

namespace {

bool did_run(const TestCost& test) {
    return test.outcome != TestOutcome::not_run && test.outcome != TestOutcome::interrupted;
}

void add(Shares& shares, const Cost& cost) {
    shares.tests += alone(cost);
    shares.computing += computing(cost);
    shares.helper_cpu += cost.other_threads_cpu;
    if (cost.gil_held.has_value()) {
        shares.gil = {
            shares.gil.value_or(Seconds(0)) + cost.gil_held.value(), cost.gil_held.source()};
    }
}

}  // namespace

Seconds alone(const Cost& cost) {
    return std::max(Seconds(0), cost.wall - cost.core_wait.value_or(Seconds(0)));
}

Seconds alone(const TestCost& test) {
    return alone(test.setup) + alone(test.call) + alone(test.teardown) + test.protocol_overhead;
}

Seconds computing(const Cost& cost) {
    return std::min(alone(cost), cost.cpu() + cost.other_threads_cpu + cost.children_cpu);
}

double Shares::waiting() const {
    return tests > Seconds(0) ? std::clamp(1.0 - computing / tests, 0.0, 1.0) : 0.0;
}

Shares shares_of(const Profile& profile) {
    Shares shares;
    Seconds longest(-1);
    for (std::uint32_t i = 0; i < profile.tests.size(); ++i) {
        const TestCost& test = profile.tests[i];
        if (!did_run(test)) {
            continue;
        }
        ++shares.executed;
        for (const Cost* phase : {&test.setup, &test.call, &test.teardown}) {
            add(shares, *phase);
        }
        shares.tests += test.protocol_overhead;
        shares.computing += test.protocol_overhead;
        if (test.call.gil_held.has_value()) {  // hooks are Python code, as in the model
            shares.gil = {shares.gil.value() + test.protocol_overhead, shares.gil.source()};
        }
        if (alone(test) > longest) {
            longest = alone(test);
            shares.longest = {i};
        }
    }
    for (const FixtureInstance& fixture : profile.fixtures) {
        add(shares, fixture.setup);
        add(shares, fixture.teardown);
    }
    if (profile.host.rung == Rung::none) {
        shares.computing = shares.tests;
    }
    return shares;
}

Seconds start_of(const SessionCost& session) {
    return alone(session.start) + alone(session.configure) + alone(session.collection);
}

std::string_view file_of(std::string_view id) {
    return id.substr(0, id.find("::"));
}

bool has_groups(const Profile& profile) {
    return std::any_of(profile.tests.begin(), profile.tests.end(), [](const TestCost& test) {
        return !test.groups.empty();
    });
}

}  // namespace advisor
