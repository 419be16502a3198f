#include "report/sample.hpp"

#include <stdexcept>

namespace advisor::sample {

using namespace advisor::literals;

std::string hostile_id() {
    return "tests/a.py::test[\x1b[31m\n<script>alert(1)</script>|`x`\xff\u202e&\"' {{data}}"
           + std::string(300, 'y') + "-end]";
}

Host host() {
    Host host;
    host.cpu_model = "Example CPU";
    host.cores_online = 8;
    host.cores_allowed = 8;
    host.memory_total = 32768_MiB;
    host.rung = Rung::software_events;
    return host;
}

Interpreter interpreter() {
    Interpreter interpreter;
    interpreter.executable = "/venv/bin/python";
    interpreter.version = "3.11.7";
    interpreter.implementation = "cpython";
    interpreter.pytest_version = "8.3.4";
    interpreter.xdist_version = "3.6.1";
    return interpreter;
}

Prediction
prediction(std::string_view text, std::uint32_t rank, double wall_s, double sequential_s) {
    const auto parsed = parse_configuration(text);
    if (!parsed) {
        throw std::invalid_argument(std::string(text));
    }
    Prediction prediction;
    prediction.configuration = *parsed;
    prediction.rank = rank;
    prediction.wall = {Seconds(wall_s * 0.9), Seconds(wall_s), Seconds(wall_s * 1.1)};
    const double speedup = sequential_s / wall_s;
    prediction.speedup = {speedup * 0.9, speedup, speedup * 1.1};
    prediction.lower_bound = Seconds(wall_s * 0.8);
    prediction.peak_memory = 200_MiB * static_cast<std::int64_t>(parallelism(*parsed));
    prediction.breakdown = {
        {"tests", Seconds(wall_s * 0.75)},
        {"fixtures repeated", Seconds(wall_s * 0.15)},
        {"start of workers", Seconds(wall_s * 0.1)}};
    prediction.command = {"python", "-m", "pytest", "-n", "6", "--dist", "worksteal", "tests"};
    return prediction;
}

Advice advice() {
    Advice advice;
    advice.tests = 412;
    advice.files = 38;
    advice.command = {"pytest", "tests"};
    advice.directory = "/src/project";
    advice.host = host();
    advice.interpreter = interpreter();
    advice.sequential_wall = 172.4_s;
    constexpr double k_whole = 172.4;
    advice.predictions = {
        prediction("processes=6,dist=worksteal", 1, 41.2, k_whole),
        prediction("processes=6,dist=load", 2, 41.9, k_whole),
        prediction("processes=5,dist=worksteal", 3, 44.0, k_whole),
        prediction("forked=6", 4, 45.1, k_whole),
        prediction("processes=4,dist=worksteal", 5, 50.3, k_whole),
        prediction("forked=4", 6, 52.0, k_whole),
        prediction("processes=4,dist=planned", 7, 53.5, k_whole),
        prediction("processes=2,dist=planned", 8, 92.0, k_whole),
        prediction("processes=2,dist=load", 9, 93.0, k_whole),
        prediction("threads=4", 10, 160.0, k_whole),
        prediction("threads=8", 11, 161.0, k_whole),
        prediction("sequential", 12, 172.4, k_whole)};
    advice.predictions[0].bound_by = Bound::fixtures;
    advice.predictions[0].bound_subject = "db";
    advice.predictions[1].tied_with_best = true;
    advice.predictions[0].tied_with_best = true;
    advice.predictions[9].bound_by = Bound::gil;
    advice.predictions[9].can_run = false;
    advice.predictions[9].cannot_run_because = "two tests use monkeypatch.chdir";
    advice.recommended = "processes=6,dist=worksteal";
    advice.reason = "Six processes finish in a quarter of the time. A seventh would set the "
                    "fixture db up once more for 2.1 s and gain 1.4 s. Threads do not help, "
                    "because 88 % of the time holds the GIL.";
    advice.findings = {
        {"long-test",
         Severity::slows,
         {"tests/test_io.py::test_all"},
         {{"wall_s", 20.5}},
         "One test takes 20.5 s; no schedule is faster than that.",
         "split tests/test_io.py::test_all"},
        {"shared-file",
         Severity::breaks,
         {"tests/test_a.py::test_w", "tests/test_a.py::test_r", "t::3", "t::4", "t::5"},
         {},
         "Five tests write /tmp/state.db.",
         "use the fixture tmp_path"}};
    advice.measured_with.rung = Rung::software_events;
    advice.measured_with.missing = {{"instructions", "this machine has no PMU"}};
    return advice;
}

Profile profile() {
    Profile profile;
    profile.run.command = {"pytest"};
    profile.run.exit_code = 0;
    profile.run.complete = true;
    profile.run.wall = 10_s;
    profile.run.peak_rss = 100_MiB;
    profile.host = host();
    profile.interpreter = interpreter();
    profile.session.start.wall = 0.5_s;
    profile.session.configure.wall = 0.5_s;
    profile.session.collection.wall = 1_s;
    profile.session.loop.wall = 7_s;
    profile.session.finish.wall = 0.5_s;
    profile.session.exit.wall = 0.5_s;
    profile.fixture_definitions = {{"db", Scope::session, ""}};
    FixtureInstance db;
    db.use = {FixtureIndex{0}, FixtureUse::k_no_parameter};
    db.setup_begin = 2_s;
    db.setup.wall = 2_s;
    db.setup.cpu_user = 0.5_s;
    db.teardown_begin = 8.5_s;
    db.teardown.wall = 0.5_s;
    profile.fixtures = {db};

    TestCost first;
    first.id = "tests/test_a.py::test_one";
    first.module_length = 15;
    first.outcome = TestOutcome::passed;
    first.begin = 2_s;
    first.call.wall = 3_s;
    first.call.cpu_user = 2_s;
    first.fixtures = {db.use};
    first.peak_rss = Bytes(1048576);
    TestCost second = first;
    second.id = "tests/test_a.py::test_two[1,2]";
    second.outcome = TestOutcome::failed;
    second.begin = 7_s;
    second.call.wall = 1.5_s;
    second.call.cpu_user = 0.25_s;
    second.call.core_wait = {Seconds(0.25), Source::measured};
    second.setup.core_wait = {Seconds(0), Source::measured};
    second.teardown.core_wait = {Seconds(0), Source::measured};
    profile.tests = {first, second};
    profile.missing = {{"gil_held", "no GIL sampler ran"}};
    return profile;
}

RunOutcome outcome() {
    RunOutcome outcome;
    outcome.configuration = *parse_configuration("processes=2,dist=load");
    outcome.predicted = prediction("processes=2,dist=load", 1, 12.1, 31.0);
    outcome.predicted->wall = {11.0_s, 12.1_s, 13.4_s};
    outcome.sequential_wall = 31_s;
    outcome.wall = 12.4_s;
    outcome.outcomes = {{"passed", 398}, {"skipped", 2}};
    outcome.conservation.collected = 400;
    outcome.conservation.final = 400;
    outcome.runner_exit_code = 0;
    outcome.workers = {
        {"gw0", {Seconds(11.16), Source::measured}, {Seconds(0.8), Source::measured}, 210},
        {"gw1", {Seconds(6.2), Source::measured}, {}, 190}};
    return outcome;
}

GateVerdict verdict() {
    GateVerdict verdict;
    verdict.outcome = GateOutcome::regression;
    verdict.reason = "The best configuration takes 50 s instead of 40 s.";
    verdict.comparisons = {{*parse_configuration("processes=8,dist=load"), 40_s, 50_s, 4.0, 3.2}};
    verdict.culprits = {{"fixture", "db", 0_s, 9_s, 9.5_s}};
    verdict.tests_added = 3;
    verdict.tests_removed = 1;
    return verdict;
}

Verification verification() {
    Verification made;
    VerifiedConfiguration sequential;
    sequential.prediction = prediction("sequential", 2, 31.0, 31.0);
    sequential.walls = {31.5_s, 31.0_s, 30.1_s};
    sequential.wall = 31.0_s;
    sequential.speedup = 1.0;
    VerifiedConfiguration three;
    three.prediction = prediction("processes=3,dist=load", 1, 12.1, 31.0);
    three.walls = {20.4_s, 20.0_s, 21.0_s};
    three.wall = 20.4_s;
    three.speedup = 1.5;
    three.broken_because =
        "it is 1.50 times as fast as the sequential run, at least 2.30 was promised";
    made.configurations = {sequential, three};
    made.noise = 0.024;
    made.holds = false;
    made.reason = "3 processes, load: " + three.broken_because;
    return made;
}

ShardManifest manifest() {
    ShardManifest made;
    made.machine.name = "small";
    made.configuration = *parse_configuration("processes=2,dist=load");
    made.shards = {
        {{"a.py", "b.py"}, 12, 61_s, "pytest -n 2 --dist load @shards/shard-1-of-2.txt"},
        {{"c.py"}, 7, 58_s, "pytest -n 2 --dist load @shards/shard-2-of-2.txt"}};
    return made;
}

CapacityPlan plan() {
    CapacityPlan plan;
    plan.target = 300_s;
    MachineType small;
    small.name = "small";
    small.cores = 2;
    MachineType large = small;
    large.name = "large";
    large.cores = 8;
    const auto point = [](const MachineType& machine, const char* text, double wall, double cost) {
        PlanPoint made;
        made.machine = machine;
        made.configuration = *parse_configuration(text);
        made.wall = {Seconds(wall * 0.9), Seconds(wall), Seconds(wall * 1.1)};
        made.peak_memory = 512_MiB;
        made.billed_minutes = 8;
        made.cost = cost;
        made.meets_target = wall * 1.1 <= 300;
        return made;
    };
    // The third is slower and dearer than the second: it is on no frontier.
    plan.points = {
        point(small, "processes=2,dist=load", 400, 0.016),
        point(small, "shards=2,processes=2,dist=load", 220, 0.032),
        point(large, "processes=8,dist=load", 230, 0.064),
        point(large, "shards=2,processes=8,dist=load", 130, 0.096)};
    plan.chosen = 1;
    plan.reason = "Two small machines are the cheapest way to stay below five minutes.";
    plan.prices_as_of = "2026-10-01";
    return plan;
}

DoctorReport doctor() {
    return {
        {{"pytest-installed", "pytest", Health::pass, "8.3.4", ""},
         {"xdist-installed",
          "pytest-xdist",
          Health::fail,
          "not importable",
          "pip install pytest-xdist"},
         {"steal", "steal", Health::warn, "4.0 %", "use a quieter machine"}}};
}

ModelParameters parameters() {
    ModelParameters parameters;
    parameters.interpreter_start = 0.02_s;
    parameters.gateway_wall = 0.15_s;
    parameters.capacity = {{1, 1.0}, {2, 1.5}};
    return parameters;
}

Advice hostile_advice() {
    Advice made = advice();
    made.interpreter.version = hostile_id();
    made.interpreter.pytest_version = hostile_id();
    made.reason = hostile_id();
    made.predictions[0].bound_subject = hostile_id();
    made.predictions[0].breakdown[0].first = hostile_id();
    made.predictions[0].configuration.runner_name = hostile_id();
    made.predictions[9].cannot_run_because = hostile_id();
    made.recommended = spec(made.predictions[0].configuration);
    made.findings[0].subjects = {hostile_id(), hostile_id()};
    made.findings[0].message = hostile_id();
    made.findings[0].fix = hostile_id();
    made.findings[0].code = hostile_id();
    made.measured_with.missing = {{hostile_id(), hostile_id()}};
    return made;
}

Profile hostile_profile() {
    Profile made = profile();
    made.tests[0].id = hostile_id();
    made.fixture_definitions[0].name = hostile_id();
    made.run.complete = false;
    made.run.incomplete_because = hostile_id();
    made.missing = {{hostile_id(), hostile_id()}};
    made.leftovers = Leftovers{
        {{{0}, {1}, {}, {1, 0, 0}}, {{1}, {1}, FixtureIndex{0}, {1, 0, 0}}}, {hostile_id()}};
    return made;
}

RunOutcome hostile_outcome() {
    RunOutcome made = outcome();
    made.conservation.lost = {hostile_id()};
    made.conservation.duplicated = {hostile_id()};
    made.conservation.contradicted = {hostile_id()};
    made.conservation.sightings = {{hostile_id(), hostile_id(), hostile_id()}};
    made.surprises = {{hostile_id(), 1_s, 2_s}};
    made.stalls = {{hostile_id(), hostile_id(), 90_s, 1_s, hostile_id()}};
    made.outcomes = {{hostile_id(), 1}};
    made.workers[0].name = hostile_id();
    return made;
}

GateVerdict hostile_verdict() {
    GateVerdict made = verdict();
    made.reason = hostile_id();
    made.culprits[0].subject = hostile_id();
    made.culprits[0].kind = hostile_id();
    made.comparisons[0].configuration.runner_name = hostile_id();
    return made;
}

ShardManifest hostile_manifest() {
    ShardManifest made = manifest();
    made.machine.name = hostile_id();
    made.shards[1].files = {hostile_id()};
    return made;
}

CapacityPlan hostile_plan() {
    CapacityPlan made = plan();
    made.points[1].machine.name = hostile_id();
    made.points[1].machine.currency = hostile_id();
    made.reason = hostile_id();
    made.prices_as_of = hostile_id();
    return made;
}

DoctorReport hostile_doctor() {
    DoctorReport made = doctor();
    made.checks[1] = {hostile_id(), hostile_id(), Health::fail, hostile_id(), hostile_id()};
    return made;
}

}  // namespace advisor::sample
