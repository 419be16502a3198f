#include "advise/build.hpp"

#include <advisor/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "advise/rebuild.hpp"
#include "advise/shares.hpp"

namespace advisor::building {

Cost cost(double cpu, double blocked) {
    Cost result;
    result.wall = Seconds(cpu + blocked);
    result.cpu_user = Seconds(cpu);
    result.core_wait = {Seconds(0), Source::measured};
    return result;
}

Suite::Suite(std::uint32_t cores) {
    made.run.command = {"pytest"};
    made.run.exit_code = 0;
    made.run.complete = true;
    made.run.peak_rss = Bytes(100 << 20);
    made.host.cores_online = cores;
    made.host.cores_allowed = cores;
    made.host.rung = Rung::proc_only;
    made.host.memory_total = Bytes(std::int64_t{16} << 30);
    made.interpreter.executable = "/venv/bin/python";
    made.interpreter.version = "3.11.7";
    made.interpreter.implementation = "cpython";
    made.session.start = cost(1.0);
}

std::uint32_t Suite::test(const std::string& id, double cpu, double blocked) {
    TestCost test;
    test.id = id;
    test.module_length = static_cast<std::uint32_t>(id.find("::"));
    test.outcome = TestOutcome::passed;
    test.call = cost(cpu, blocked);
    test.peak_rss = made.run.peak_rss;
    made.tests.push_back(test);
    return static_cast<std::uint32_t>(made.tests.size() - 1);
}

void Suite::tests(const std::string& file, std::uint32_t count, double cpu, double blocked) {
    for (std::uint32_t i = 0; i < count; ++i) {
        test(file + "::test_" + std::to_string(i), cpu, blocked);
    }
}

std::uint32_t Suite::fixture(
    const std::string& name,
    Scope scope,
    double cpu,
    const std::vector<std::uint32_t>& users,
    double blocked
) {
    const auto index = static_cast<std::uint32_t>(made.fixture_definitions.size());
    made.fixture_definitions.push_back({name, scope, ""});
    again(index, cpu, users);
    made.fixtures.back().setup = cost(cpu, blocked);
    return index;
}

void Suite::again(std::uint32_t fixture, double cpu, const std::vector<std::uint32_t>& users) {
    const FixtureUse use{{fixture}};
    for (const std::uint32_t user : users) {
        made.tests[user].fixtures.push_back(use);
    }
    FixtureInstance instance;
    instance.use = use;
    instance.requested_by = {users.front()};
    instance.setup = cost(cpu);
    made.fixtures.push_back(instance);
}

Profile Suite::profile() const {
    Profile result = made;
    result.run.wall = Seconds(0);
    Profile nothing;
    result.run.wall = sequential_wall(nothing, result);
    return result;
}

std::vector<std::uint32_t> all_tests(const Profile& profile) {
    std::vector<std::uint32_t> all(profile.tests.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    return all;
}

Configuration configuration(const std::string& spec) {
    return *parse_configuration(spec);
}

Profile recorded_again(Profile profile, std::uint64_t seed, double slower, double outliers) {
    Random random(seed);
    const auto again = [&](Cost& span) {
        double noise = std::exp(0.05 * random.normal());
        if (outliers > 0.0 && random.uniform() < outliers) {
            noise *= 1.1 + 0.4 * random.uniform();
        }
        span = cost(
            span.cpu().value() * slower * noise,
            span.idle().value() * std::exp(0.05 * random.normal())
        );
    };
    for (TestCost& test : profile.tests) {
        again(test.call);
    }
    for (FixtureInstance& instance : profile.fixtures) {
        again(instance.setup);
    }
    again(profile.session.start);
    again(profile.session.collection);
    return profile;
}

Prediction prediction(const std::string& spec, double mid) {
    Prediction result;
    result.configuration = configuration(spec);
    result.wall = {Seconds(mid * 0.95), Seconds(mid), Seconds(mid * 1.05)};
    result.speedup = {100.0 / (mid * 1.05), 100.0 / mid, 100.0 / (mid * 0.95)};
    result.lower_bound = Seconds(mid * 0.9);
    result.peak_memory = Bytes(std::int64_t{1} << 30);
    return result;
}

Seconds hand_checkable_wall(const Profile& profile, const Configuration& configuration) {
    const std::uint32_t workers = parallelism(configuration);
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    const bool by_file = processes != nullptr
                         && (processes->dist == Distribution::loadfile
                             || processes->dist == Distribution::loadscope);
    const std::vector<Setups> setups = setups_of(profile);
    std::vector<Seconds> busy(workers, start_of(profile.session));
    std::vector<std::set<std::pair<std::uint32_t, std::string_view>>> present(workers);
    std::map<std::string_view, std::size_t> owner;
    for (const TestCost& test : profile.tests) {
        const std::string_view file = file_of(test.id);
        auto worker =
            static_cast<std::size_t>(std::min_element(busy.begin(), busy.end()) - busy.begin());
        if (by_file) {
            worker = owner.emplace(file, worker).first->second;
        }
        for (const FixtureUse& use : test.fixtures) {
            const std::uint32_t fixture = use.fixture.value;
            const bool session = profile.fixture_definitions[fixture].scope == Scope::session;
            if (present[worker].emplace(fixture, session ? std::string_view() : file).second) {
                busy[worker] += setups[fixture].mean();
            }
        }
        busy[worker] += alone(test);
    }
    return *std::max_element(busy.begin(), busy.end()) + alone(profile.session.finish)
           + alone(profile.session.exit);
}

}  // namespace advisor::building
