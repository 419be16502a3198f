#include "store/random_values.hpp"

#include <advisor/store/model_data.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <string_view>

namespace advisor {

double RandomValues::real() {
    for (;;) {
        const auto value = std::bit_cast<double>(random_.next());
        if (std::isfinite(value)) {
            return value;
        }
    }
}

Seconds RandomValues::seconds() {
    switch (random_.below(5)) {
    case 0: return Seconds(0.0);
    case 1: return Seconds(random_.below(1'000'000) / 1e6);
    case 2: return Seconds(1e9 * random_.uniform());
    case 3: return Seconds(std::bit_cast<double>(random_.next() >> 12U));  // denormal
    default: return Seconds(random_.uniform() * std::pow(10.0, -12.0 + random_.below(20)));
    }
}

std::string RandomValues::text() {
    constexpr std::array<std::string_view, 12> k_pieces{
        "a",
        "::",
        "\"",
        "\\",
        "\n",
        "é",
        "漢",
        "\xef\x9e\x80",      // U+F780, which stands for the byte 80
        "\xef\x9f\xbf",      // U+F7FF
        "\xed\xa0\x80",      // a surrogate: not UTF-8
        "\xf0\x9f\x98\x80",  // four bytes
        "\xe2\x82"};         // the beginning of a character
    std::string text;
    for (std::uint32_t size = random_.below(5); size > 0; --size) {
        if (flag()) {
            text += k_pieces.at(random_.below(k_pieces.size()));
        } else {
            text += static_cast<char>(random_.below(256));
        }
    }
    return text;
}

std::vector<std::string> RandomValues::texts() {
    return list([&] { return text(); });
}

Configuration RandomValues::configuration() {
    Configuration configuration;
    switch (random_.below(4)) {
    case 0: break;
    case 1: {
        Processes processes;
        processes.workers = 1 + random_.below(k_most_workers);
        processes.dist = one_of(Distribution::planned);
        processes.maxschedchunk = maybe([&] { return 1 + random_.below(k_most_workers); });
        processes.scope_reorder = flag();
        configuration.runner = processes;
        break;
    }
    case 2:
        configuration.runner =
            Forked{1 + random_.below(k_most_workers), 1 + random_.below(k_most_workers)};
        break;
    default: configuration.runner = Threads{1 + random_.below(k_most_workers)};
    }
    configuration.shards = 1 + random_.below(k_most_workers);
    configuration.runner_name = flag() ? "pytest-parallel" : "";
    return configuration;
}

SpawnCost RandomValues::spawn() {
    const auto stage = [&] { return SpawnStage{seconds(), seconds(), seconds()}; };
    SpawnCost spawn{number(), stage(), stage(), stage(), stage(), stage(), stage(), {}};
    spawn.imported = list([&] { return ImportCost{text(), number(), seconds(), seconds()}; });
    return spawn;
}

ModelParameters RandomValues::parameters() {
    ModelParameters parameters;
    for (Seconds* const time :
         {&parameters.interpreter_start,
          &parameters.gateway_wall,
          &parameters.gateway_cpu,
          &parameters.worker_boot_wall,
          &parameters.worker_boot_cpu,
          &parameters.worker_test_cpu,
          &parameters.controller_test_cpu,
          &parameters.controller_scope_cpu,
          &parameters.controller_id_cpu,
          &parameters.message_latency,
          &parameters.worker_exit_wall,
          &parameters.worker_exit_cpu,
          &parameters.fork_wall,
          &parameters.forked_test_cpu,
          &parameters.forked_parent_cpu,
          &parameters.recorder.start_cpu,
          &parameters.recorder.test_cpu,
          &parameters.gil_switch_interval}) {
        *time = seconds();
    }
    parameters.capacity = {{1, 1.0}};
    for (std::uint32_t more = random_.below(4); more > 0; --more) {
        const std::uint32_t runnable = parameters.capacity.back().runnable + 1 + random_.below(9);
        parameters.capacity.push_back({runnable, 1.0 + random_.uniform()});
    }
    parameters.scored = prior_parameters().scored;  // no document holds them
    parameters.source = one_of(Source::imported);
    parameters.relative_error = real();
    parameters.fingerprint = text();
    parameters.measured_utc = text();
    parameters.spawn = maybe([&] { return spawn(); });
    return parameters;
}

Prediction RandomValues::prediction() {
    Prediction prediction;
    prediction.configuration = configuration();
    prediction.wall = interval(seconds(), seconds(), seconds());
    prediction.speedup = interval(real(), real(), real());
    prediction.range_calibrated = flag();
    prediction.learned = flag() ? 1.0 : 0.75;
    prediction.lower_bound = seconds();
    prediction.bound_by = one_of(Bound::controller);
    prediction.bound_subject = text();
    prediction.peak_memory = bytes();
    prediction.breakdown = {
        {"tests" + text(), seconds()}, {"gain" + text(), Seconds(0) - seconds()}};
    prediction.rank = number();
    prediction.tied_with_best = flag();
    prediction.asked_for = flag();
    prediction.fits_memory = flag();
    prediction.can_run = flag();
    prediction.cannot_run_because = text();
    prediction.command = texts();
    return prediction;
}

Finding RandomValues::finding() {
    Finding finding;
    finding.code = text();
    finding.severity = one_of(Severity::note);
    finding.subjects = texts();
    finding.numbers = {{"a" + text(), real()}, {"b" + text(), real()}};
    finding.message = text();
    finding.fix = text();
    return finding;
}

Advice RandomValues::advice() {
    Advice advice;
    advice.tests = large();
    advice.files = large();
    advice.command = texts();
    advice.directory = text();
    advice.host = host();
    advice.interpreter = interpreter();
    advice.sequential_wall = seconds();
    advice.suite_failed = flag();
    advice.learned_from = large();
    advice.predictions = list([&] { return prediction(); });
    if (!advice.predictions.empty()) {
        advice.recommended = spec(advice.predictions.back().configuration);
    }
    advice.reason = text();
    advice.findings = list([&] { return finding(); });
    advice.measured_with.rung = one_of(Rung::none);
    advice.measured_with.missing = list([&] { return missing(); });
    advice.parameters = parameters();
    return advice;
}

WorkerUse RandomValues::worker() {
    WorkerUse worker;
    worker.name = text();
    worker.busy = measured(seconds());
    worker.boot = measured(seconds());
    worker.tests = large();
    return worker;
}

RunOutcome RandomValues::outcome() {
    RunOutcome outcome;
    outcome.configuration = configuration();
    outcome.command = texts();
    outcome.predicted = maybe([&] { return prediction(); });
    outcome.sequential_wall = maybe([&] { return seconds(); });
    outcome.wall = seconds();
    outcome.exit_code = static_cast<int>(number());
    outcome.exit_because = text();
    outcome.runner_exit_code = maybe([&] { return static_cast<int>(number()); });
    outcome.runner_signal = maybe([&] { return static_cast<int>(number()); });
    for (const std::string& name : texts()) {
        outcome.outcomes[name] = large();
    }
    outcome.conservation.collected = large();
    outcome.conservation.final = large();
    outcome.conservation.lost = texts();
    outcome.conservation.not_run = texts();
    outcome.conservation.duplicated = texts();
    outcome.conservation.contradicted = texts();
    outcome.conservation.sightings = list([&] { return Sighting{text(), text(), text()}; });
    outcome.workers = list([&] { return worker(); });
    outcome.stalls = list([&] {
        const auto profiled = maybe([&] { return seconds(); });
        return Stall{text(), text(), seconds(), profiled, text()};
    });
    outcome.surprises = list([&] { return Surprise{text(), seconds(), seconds()}; });
    outcome.reran_lost = flag();
    outcome.left_behind = number();
    return outcome;
}

GateVerdict RandomValues::verdict() {
    GateVerdict verdict;
    verdict.outcome = one_of(GateOutcome::unfit);
    verdict.reason = text();
    verdict.threshold = real();
    verdict.comparisons = list([&] {
        return GateComparison{configuration(), seconds(), seconds(), real(), real()};
    });
    verdict.culprits = list([&] {
        const Seconds loss = flag() ? seconds() : Seconds(0) - seconds();
        return Culprit{text(), text(), seconds(), seconds(), loss};
    });
    verdict.tests_added = large();
    verdict.tests_removed = large();
    verdict.tests_changed = large();
    return verdict;
}

PlanPoint RandomValues::point() {
    PlanPoint point;
    point.machine.name = text();
    point.machine.cores = 1 + number() / 2;
    point.machine.memory = bytes();
    point.machine.price_per_minute = std::abs(real());
    point.machine.currency = text();
    point.machine.setup = seconds();
    point.configuration = configuration();
    point.wall = interval(seconds(), seconds(), seconds());
    point.peak_memory = bytes();
    point.billed_minutes = large();
    point.cost = real();
    point.meets_target = flag();
    point.fits_memory = flag();
    return point;
}

ShardManifest RandomValues::manifest() {
    ShardManifest manifest;
    manifest.machine = point().machine;
    manifest.configuration = configuration();
    manifest.shards = list([&] {
        return Shard{list([&] { return text(); }), large(), seconds(), text()};
    });
    return manifest;
}

CapacityPlan RandomValues::plan() {
    CapacityPlan plan;
    plan.target = seconds();
    plan.points = list([&] { return point(); });
    if (!plan.points.empty() && flag()) {
        plan.chosen = plan.points.size() - 1;
    }
    plan.reason = text();
    plan.prices_as_of = text();
    return plan;
}

DoctorReport RandomValues::report() {
    return {list([&] { return Check{text(), text(), one_of(Health::fail), text(), text()}; })};
}

MeasuredRuns RandomValues::measured_runs() {
    MeasuredRuns made;
    made.host = host();
    made.interpreter = interpreter();
    made.calibration = text();
    made.runs = list([&] {
        return MeasuredRun{configuration(), seconds(), seconds(), flag() ? 1 : 0, text()};
    });
    return made;
}

Verification RandomValues::verification() {
    const auto run = [&] {
        VerifiedConfiguration made;
        made.prediction = prediction();
        made.walls = list([&] { return seconds(); });
        made.exit_codes.assign(made.walls.size(), static_cast<int>(random_.below(126)));
        made.wall = flag() ? std::optional(seconds()) : std::nullopt;
        made.speedup = flag() ? std::optional(real()) : std::nullopt;
        made.broken_because = text();
        return made;
    };
    Verification made;
    made.configurations = list(run);
    made.noise = flag() ? std::optional(real()) : std::nullopt;
    made.holds = flag();
    made.reason = text();
    return made;
}

}  // namespace advisor
