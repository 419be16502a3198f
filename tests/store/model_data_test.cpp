#include "advisor/store/model_data.hpp"

#include <advisor/store/runners.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace advisor;

namespace {

const MachineType& machine_named(const MachineCatalogue& catalogue, std::string_view name) {
    const auto found = std::find_if(
        catalogue.machines.begin(),
        catalogue.machines.end(),
        [&](const MachineType& machine) { return machine.name == name; }
    );
    REQUIRE(found != catalogue.machines.end());
    return *found;
}

std::string user_file(std::string_view machines) {
    return R"({"as_of": "2026-02-28", "machines": [)" + std::string(machines) + "]}";
}

constexpr std::string_view k_small =
    R"({"name": "small", "cores": 2, "memory_bytes": 8000000000, "price_per_minute": 0.006,
        "currency": "USD", "setup_s": 30})";

std::string because(std::string_view text) {
    const auto read = read_machines(text, "m.json");
    return read ? std::string() : read.error().because;
}

}  // namespace

TEST_CASE("the priors are plausible, assumed, and start with one core") {
    const ModelParameters prior = prior_parameters();
    CHECK(prior.source == Source::assumed);
    CHECK(prior.relative_error >= 0.1);
    CHECK(prior.gil_switch_interval == Seconds(0.005));
    for (const Seconds time :
         {prior.interpreter_start,
          prior.gateway_wall,
          prior.worker_boot_wall,
          prior.worker_boot_cpu,
          prior.worker_exit_wall}) {
        CHECK(time > Seconds(0));
        CHECK(time < Seconds(1));
    }
    for (const Seconds time :
         {prior.worker_test_cpu,
          prior.controller_test_cpu,
          prior.forked_test_cpu,
          prior.forked_parent_cpu,
          prior.message_latency,
          prior.controller_id_cpu,
          prior.controller_scope_cpu}) {
        CHECK(time > Seconds(0));
        CHECK(time < Seconds(0.001));
    }
    CHECK(prior.gateway_cpu <= prior.gateway_wall);
    CHECK(capacity_at(prior, 1) == doctest::Approx(1.0));
    // j / (1 + 0.02 (j - 1)) at j = 4: 4 / 1.06
    CHECK(capacity_at(prior, 4) == doctest::Approx(3.77).epsilon(0.01));
    CHECK(capacity_at(prior, 96) > capacity_at(prior, 64));
}

TEST_CASE("every shipped machine has cores, memory, a set-up and a price") {
    const MachineCatalogue catalogue = shipped_machines();
    CHECK(catalogue.prices_as_of == "2026-01-01");
    CHECK(catalogue.machines.size() == 14);
    std::set<std::string> names;
    for (const MachineType& machine : catalogue.machines) {
        CAPTURE(machine.name);
        names.insert(machine.name);
        CHECK(machine.cores >= 1);
        CHECK(machine.memory >= Bytes(4'000'000'000));
        CHECK(machine.price_per_minute > 0.0);
        CHECK(machine.currency == "USD");
        CHECK(machine.setup > Seconds(0));
    }
    CHECK(names.size() == catalogue.machines.size());
    CHECK(machine_named(catalogue, "github-linux-4-core").price_per_minute == 0.012);
    CHECK(machine_named(catalogue, "github-linux-96-core").memory == Bytes(384'000'000'000));
}

TEST_CASE("a user's own machines are read") {
    const auto read = read_machines(user_file(k_small), "m.json");
    REQUIRE(read.has_value());
    CHECK(read->prices_as_of == "2026-02-28");
    REQUIRE(read->machines.size() == 1);
    CHECK(
        read->machines[0]
        == MachineType{"small", 2, Bytes(8'000'000'000), 0.006, "USD", Seconds(30)}
    );
}

TEST_CASE("a user's machines are refused with the place at fault and the form") {
    CHECK(because("{}") == "as_of is missing");
    CHECK(because(R"({"as_of": "2026", "machines": []})") == "as_of is not a date as 2026-01-31");
    CHECK(because(user_file("")) == "machines is empty");
    CHECK(because(user_file(R"({"name": "a"})")) == "machines[0].cores is missing");
    const std::string small(k_small);
    CHECK(because(user_file(small + "," + small)) == "machines have the same name twice");
    std::string other = small;
    other.replace(other.find("small"), 5, "large").replace(other.find("USD"), 3, "EUR");
    CHECK(because(user_file(small + "," + other)) == "machines have more than one currency");
    std::string none = small;
    none.replace(none.find("\"cores\": 2"), 10, "\"cores\": 0");
    CHECK(because(user_file(none)) == "machines[0].cores is zero");
    const auto error = read_machines("", "m\x1b.json").error();
    CHECK(error.kind == ErrorKind::input);
    CHECK(error.what.find('\x1b') == std::string::npos);
    CHECK(error.because == "it is empty");
    CHECK(error.hint.find("price_per_minute") != std::string::npos);
}

TEST_CASE("the shipped runners are those of the program and others, each with its reasons") {
    const std::vector<Runner> runners = shipped_runners();
    std::set<std::string> defaults;
    std::set<std::string> kinds;
    for (const Runner& runner : runners) {
        CAPTURE(runner.name);
        CHECK_FALSE(runner.use_because.empty());
        CHECK((runner.use == RunnerUse::refused || !runner.rules.empty()));
        CHECK((runner.use == RunnerUse::by_default || !runner.defects.empty()));
        if (runner.use == RunnerUse::by_default) {
            defaults.insert(runner.name);
            kinds.insert(runner.kinds.begin(), runner.kinds.end());
        }
        for (const RunnerDefect& defect : runner.defects) {
            CHECK_FALSE(defect.code.empty());
            CHECK_FALSE(defect.what.empty());
            CHECK_FALSE(defect.source.empty());
        }
        CHECK(std::is_sorted(
            runner.defects.begin(),
            runner.defects.end(),
            [](const RunnerDefect& a, const RunnerDefect& b) { return a.severity < b.severity; }
        ));
    }
    CHECK(defaults == std::set<std::string>{"advisor-workers", "pytest-xdist"});
    CHECK(kinds == std::set<std::string>{"forked", "processes", "threads"});
    CHECK(std::is_sorted(runners.begin(), runners.end(), [](const Runner& a, const Runner& b) {
        return a.name < b.name;
    }));
}

TEST_CASE("what each runner repeats is as its sources say") {
    for (const Runner& runner : shipped_runners()) {
        if (runner.name == "pytest-xdist") {
            CHECK(runner.fixtures == Repetition::per_process);
            CHECK(runner.collection == Repetition::per_process);
        } else if (runner.name == "pytest-parallel") {
            CHECK(runner.fixtures == Repetition::per_test);
            CHECK(runner.collection == Repetition::per_run);
        } else if (runner.name == "advisor-workers") {
            CHECK(runner.fixtures == Repetition::per_lane);
            CHECK(runner.boot == Repetition::per_run);
        }
    }
}
