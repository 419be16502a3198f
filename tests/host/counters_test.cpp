#include <advisor/host/counters.hpp>
#include <advisor/host/process.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <vector>

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

TEST_CASE("counters can be read again and again while they count") {
    const auto source = perf_counters();
    std::unique_ptr<Counting> counting;
    std::vector<std::vector<RunCounter>> readings;
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done"};
    ProcessWatch watch;
    watch.before_exec = [&](int pid) { counting = source->attach(pid); };
    watch.while_running = [&](int) { readings.push_back(counting->read()); };
    LinuxLauncher launcher;
    REQUIRE(launcher.run(spec, watch));
    readings.push_back(counting->read());
    const std::vector<RunCounter>& end = readings.back();
    CHECK(end.size() <= source->ability().events.size());
    bool grew = end.empty();
    for (const std::vector<RunCounter>& reading : readings) {
        REQUIRE(reading.size() == end.size());
        for (std::size_t i = 0; i < end.size(); ++i) {
            CHECK(reading[i].name == end[i].name);
            const double value = reading[i].value.value_or(0.0);
            const bool is_scaled = end[i].value.source() == Source::derived;
            CHECK((is_scaled || value <= end[i].value.value_or(0.0)));
            grew = grew || (value > 0 && value < end[i].value.value_or(0.0));
        }
    }
    CHECK(grew);
}
