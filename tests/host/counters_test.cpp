#include <advisor/host/counters.hpp>
#include <advisor/host/process.hpp>

#include <doctest/doctest.h>

using namespace advisor;

TEST_CASE("every wanted event is either counted or missing with a reason") {
    const auto source = perf_counters();
    const CounterAbility& ability = source->ability();
    CHECK(ability.events.size() + ability.missing.size() == 7);
    for (const Missing& missing : ability.missing) {
        CHECK_FALSE(missing.what.empty());
        CHECK_FALSE(missing.because.empty());
    }
    CHECK(
        (ability.rung == Rung::hardware_counters || ability.rung == Rung::software_events)
        == !ability.events.empty()
    );
}

TEST_CASE("counters of a child start with its exec and hold after its end") {
    const auto source = perf_counters();
    std::unique_ptr<Counting> counting;
    ProcessSpec spec;
    spec.argv = {"/bin/true"};
    ProcessWatch watch;
    watch.before_exec = [&](int pid) { counting = source->attach(pid); };
    LinuxLauncher launcher;
    REQUIRE(launcher.run(spec, watch));
    for (const RunCounter& counter : counting->read()) {
        if (counter.name == "TASK-CLOCK" || counter.name == "INSTRUCTIONS") {
            CHECK(counter.value.has_value());
            CHECK(counter.value.value_or(0) > 0);
        }
    }
}
