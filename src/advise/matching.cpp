#include "advise/matching.hpp"

#include <advisor/base/median.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "advise/shares.hpp"

namespace advisor {

namespace {

/// Below these a test is mostly clock resolution and cache misses.
constexpr Seconds k_least_cpu{0.005};
constexpr Seconds k_least_time{0.020};
/// Fewer pairs give no ratio worth using.
constexpr std::size_t k_least_pairs = 5;
/// The standard deviation of a normal distribution over its median absolute deviation.
constexpr double k_deviation_of_mad = 1.4826;

Seconds computing(const TestCost& test) {
    return computing(test.setup) + computing(test.call) + computing(test.teardown);
}

template <typename Key, typename Items, typename KeyOf>
std::vector<std::optional<std::uint32_t>>
partners(const Items& base, const Items& head, KeyOf key_of) {
    std::map<Key, std::vector<std::uint32_t>> places;
    for (std::size_t i = base.size(); i-- > 0;) {
        places[key_of(base[i])].push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<std::optional<std::uint32_t>> found(head.size());
    for (std::size_t i = 0; i < head.size(); ++i) {
        const auto place = places.find(key_of(head[i]));
        if (place != places.end() && !place->second.empty()) {
            found[i] = place->second.back();
            place->second.pop_back();
        }
    }
    return found;
}

double speed_ratio_of(const Profile& base, const Profile& head, const Matching& matching) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < head.tests.size(); ++i) {
        if (matching.base_test[i]) {
            const Seconds before = computing(base.tests[*matching.base_test[i]]);
            const Seconds after = computing(head.tests[i]);
            if (before >= k_least_cpu && after >= k_least_cpu) {
                ratios.push_back(after / before);
            }
        }
    }
    return ratios.size() < k_least_pairs ? 1.0 : median(ratios);
}

double spread_of(const Profile& base, const Profile& head, const Matching& matching) {
    std::vector<double> deviations;
    for (std::size_t i = 0; i < head.tests.size(); ++i) {
        if (matching.base_test[i]) {
            const Seconds before = alone(base.tests[*matching.base_test[i]]);
            const Seconds after = alone(normalised(head.tests[i], matching.speed_ratio));
            if (before >= k_least_time && after >= k_least_time) {
                deviations.push_back(std::abs(std::log(after / before)));
            }
        }
    }
    return deviations.size() < k_least_pairs ? 0.0 : k_deviation_of_mad * median(deviations);
}

}  // namespace

Matching match(const Profile& base, const Profile& head) {
    Matching matching;
    matching.base_test =
        partners<std::string_view>(base.tests, head.tests, [](const TestCost& test) {
            return std::string_view(test.id);
        });
    using FixtureKey = std::tuple<std::string, std::string, Scope>;
    matching.base_fixture = partners<FixtureKey>(
        base.fixture_definitions,
        head.fixture_definitions,
        [](const FixtureDefinition& fixture) {
            return FixtureKey(fixture.name, fixture.base_id, fixture.scope);
        }
    );
    matching.common_tests = static_cast<std::uint64_t>(std::count_if(
        matching.base_test.begin(),
        matching.base_test.end(),
        [](const auto& test) { return test.has_value(); }
    ));
    matching.speed_ratio = speed_ratio_of(base, head, matching);
    matching.spread = spread_of(base, head, matching);
    return matching;
}

Cost normalised(const Cost& cost, double speed_ratio) {
    const Seconds on_core = computing(cost);
    Cost result = cost;
    result.wall = alone(cost) - on_core + on_core / speed_ratio;
    if (cost.core_wait.has_value()) {
        result.core_wait = {Seconds(0), cost.core_wait.source()};
    }
    for (Measured<Seconds> Cost::*part : {&Cost::gil_held, &Cost::gil_held_blocked}) {
        if ((cost.*part).has_value()) {
            result.*part = {(cost.*part).value() / speed_ratio, (cost.*part).source()};
        }
    }
    for (Seconds Cost::*part :
         {&Cost::cpu_user, &Cost::cpu_sys, &Cost::other_threads_cpu, &Cost::children_cpu}) {
        result.*part = result.*part / speed_ratio;
    }
    return result;
}

TestCost normalised(TestCost test, double speed_ratio) {
    for (Cost TestCost::*phase : {&TestCost::setup, &TestCost::call, &TestCost::teardown}) {
        test.*phase = normalised(test.*phase, speed_ratio);
    }
    test.protocol_overhead = test.protocol_overhead / speed_ratio;
    return test;
}

}  // namespace advisor
