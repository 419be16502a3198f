#include <algorithm>
#include <string>

#include "store/random_values.hpp"

namespace advisor {

Missing RandomValues::missing() {
    return {text(), text()};
}

Host RandomValues::host() {
    Host host;
    host.cpu_model = text();
    host.kernel = text();
    host.cores_online = number();
    host.cores_allowed = number();
    if (flag()) {
        host.cores_of_suite = number();
    }
    host.cpu_quota = measured(real());
    host.memory_total = bytes();
    host.memory_limit = measured(bytes());
    host.rung = one_of(Rung::none);
    return host;
}

Interpreter RandomValues::interpreter() {
    Interpreter interpreter;
    interpreter.executable = text();
    interpreter.version = text();
    interpreter.implementation = text();
    interpreter.free_threaded = flag();
    interpreter.pytest_version = maybe([&] { return text(); });
    interpreter.xdist_version = maybe([&] { return text(); });
    interpreter.plugins = list([&] { return Package{text(), text()}; });
    return interpreter;
}

Cost RandomValues::cost() {
    Cost cost;
    cost.wall = seconds();
    cost.cpu_user = seconds();
    cost.cpu_sys = seconds();
    cost.other_threads_cpu = seconds();
    cost.children_cpu = seconds();
    cost.core_wait = measured(seconds());
    cost.gil_held = measured(seconds());
    cost.gil_held_blocked = measured(seconds());
    cost.gil_releases = measured(count());
    cost.voluntary_switches = count();
    cost.involuntary_switches = count();
    cost.major_faults = count();
    return cost;
}

FixtureUse RandomValues::use(std::size_t definitions) {
    FixtureUse use;
    use.fixture = {random_.below(static_cast<std::uint32_t>(definitions))};
    use.parameter = flag() ? number() : FixtureUse::k_no_parameter;
    return use;
}

TestCost RandomValues::test(std::size_t definitions) {
    TestCost test;
    test.id = text() + text() + text();
    const auto length = static_cast<std::uint32_t>(test.id.size());
    test.module_length = random_.below(length + 1);
    test.class_length = random_.below(length + 1);
    test.groups = texts();
    test.alone_because = text();
    test.outcome = one_of(TestOutcome::not_run);
    test.begin = seconds();
    test.setup = cost();
    test.call = cost();
    test.teardown = cost();
    test.protocol_overhead = seconds();
    if (definitions > 0) {
        test.fixtures = list([&] { return use(definitions); });
    }
    test.peak_rss = bytes();
    test.waits = list([&] { return Wait{one_of(WaitReason::other), seconds()}; });
    test.wall_spread = maybe([&] { return real(); });
    return test;
}

FixtureInstance RandomValues::instance(std::size_t definitions, std::size_t tests) {
    FixtureInstance instance;
    instance.use = use(definitions);
    instance.requested_by = {random_.below(static_cast<std::uint32_t>(tests))};
    instance.setup_begin = seconds();
    instance.setup = cost();
    instance.teardown_begin = seconds();
    instance.teardown = cost();
    return instance;
}

ProfiledRun RandomValues::run() {
    ProfiledRun run;
    run.command = texts();
    run.directory = text();
    run.rootdir = text();
    run.exit_code = maybe([&] { return static_cast<int>(number()); });
    run.signal = maybe([&] { return static_cast<int>(number()); });
    run.complete = flag();
    run.incomplete_because = text();
    run.cut_off_because = text();
    run.wall = seconds();
    run.peak_rss = bytes();
    run.started_utc = text();
    run.ended = {text(), text()};
    run.unforkable = {text()};
    return run;
}

Sampling RandomValues::sampling() {
    Sampling sampling;
    sampling.samples = number();
    sampling.late = number();
    sampling.mean_period = seconds();
    sampling.mean_lateness = seconds();
    sampling.core_fraction = real();
    sampling.gil_held = measured(seconds());
    sampling.gil_standard_error = seconds();
    sampling.gil_held_blocked = seconds();
    sampling.waits = list([&] {
        const auto port = maybe([&] { return static_cast<std::uint16_t>(random_.below(65536)); });
        return WaitTotal{one_of(WaitReason::other), port, seconds(), seconds()};
    });
    sampling.seen_whole = seconds();
    return sampling;
}

Leftovers RandomValues::leftovers(std::size_t definitions, std::size_t tests) {
    const auto below = [&](std::size_t count) {
        return random_.below(static_cast<std::uint32_t>(count));
    };
    const auto change = [&] { return static_cast<std::int32_t>(random_.below(9)) - 4; };
    Leftovers leftovers;
    if (tests > 0) {
        leftovers.changes = list([&] {
            HoldingsChange made{{below(tests)}, {below(tests)}, {}, {}};
            if (definitions > 0 && flag()) {
                made.fixture = FixtureIndex{below(definitions)};
            }
            made.change = {change(), change(), change()};
            return made;
        });
    }
    leftovers.found = texts();
    return leftovers;
}

Repeats RandomValues::repeats() {
    Repeats repeats;
    repeats.incomplete = random_.below(50);
    repeats.disturbed = random_.below(50);
    repeats.unrecorded = random_.below(50);
    repeats.orders = 1 + random_.below(5);
    repeats.shortest = seconds();
    repeats.longest = seconds();
    repeats.runs =
        repeats.incomplete + repeats.disturbed + repeats.unrecorded + 1 + random_.below(50);
    repeats.unsteady = list([&] {
        return UnsteadyTest{text(), {{text(), large()}, {text(), large()}}, large()};
    });
    return repeats;
}

Profile RandomValues::profile() {
    Profile profile;
    profile.run = run();
    profile.host = host();
    profile.interpreter = interpreter();
    const auto pressure = [&] { return Pressure{real(), real(), real()}; };
    profile.disturbance = {
        measured(real()), measured(real()), measured(seconds()), maybe(pressure), maybe(pressure)};
    profile.session = {cost(), cost(), cost(), cost(), cost(), cost()};
    profile.fixture_definitions = list([&] {
        return FixtureDefinition{text(), one_of(Scope::session), text()};
    });
    const std::size_t definitions = profile.fixture_definitions.size();
    profile.tests = list([&] { return test(definitions); });
    if (definitions > 0 && !profile.tests.empty()) {
        const auto tests = static_cast<std::uint32_t>(profile.tests.size());
        profile.fixtures = list([&] { return instance(definitions, profile.tests.size()); });
        profile.function_fixtures = list([&] {
            return FunctionFixture{
                {random_.below(tests)},
                use(definitions),
                seconds(),
                seconds(),
                seconds(),
                seconds()};
        });
    }
    profile.counted = list([&] { return text(); });
    for (std::size_t i = 0; i < profile.counted.size(); ++i) {
        profile.counted[i] += std::to_string(i);  // no two alike
    }
    for (TestCost& test : profile.tests) {
        if (flag()) {
            test.counts.resize(profile.counted.size());
            std::generate(test.counts.begin(), test.counts.end(), [&] { return count(); });
        }
    }
    profile.counters = list([&] { return RunCounter{text(), measured(real())}; });
    profile.sampling = maybe([&] { return sampling(); });
    profile.leftovers = maybe([&] { return leftovers(definitions, profile.tests.size()); });
    profile.repeats = maybe([&] { return repeats(); });
    profile.missing = list([&] { return missing(); });
    return profile;
}

}  // namespace advisor
