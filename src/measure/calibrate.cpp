#include "advisor/measure/calibrate.hpp"

#include <advisor/dialect/plugins.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/store/probe_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "measure/empty_suite.hpp"
#include "measure/spawn_cost.hpp"

namespace advisor {

namespace {

/// How often each experiment is made.
struct Effort {
    int starts = 7;
    int capacity_rounds = 2;  ///< at each visit: before the runs of pytest, and after each of them
    std::uint32_t runs = 3;
    bool spawn = true;
};

constexpr double k_capacity_visit_s = 0.15;

Effort effort_of(Pace pace) {
    return pace == Pace::thorough ? Effort{} : Effort{2, 1, 1, false};
}

/// Adds up the CPU time of all that it runs.
class BusyLauncher final : public ProcessLauncher {
public:
    explicit BusyLauncher(ProcessLauncher& launcher)
        : launcher_(launcher) {}

    [[nodiscard]] Result<ProcessEnd>
    run(const ProcessSpec& spec, const ProcessWatch& watch) override {
        auto end = launcher_.run(spec, watch);
        if (end) {
            cpu_ += end->cpu();
        }
        return end;
    }
    [[nodiscard]] Seconds cpu() const { return cpu_; }

private:
    ProcessLauncher& launcher_;
    Seconds cpu_;
};

ProcessSpec quiet(const std::vector<std::string>& argv, const std::string& directory) {
    ProcessSpec spec;
    spec.argv = argv;
    spec.directory = directory;
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    spec.deadline = Seconds(120);
    return spec;
}

Result<ProcessEnd> run_well(const ProcessSpec& spec, ProcessLauncher& launcher) {
    auto end = launcher.run(spec, {});
    if (!end) {
        return tl::unexpected(end.error());
    }
    if (end->exit_code != 0) {
        return fail(
            ErrorKind::environment,
            fmt::format("cannot calibrate with {}", spec.argv.front()),
            end->forwarded ? "it was interrupted" : "an experiment of its own failed",
            "advisor doctor shows what is wrong with the interpreter"
        );
    }
    return end;
}

Status measure_starts(
    CalibrationMeasurement& seen,
    const Interpreter& interpreter,
    const std::string& directory,
    const Effort& effort,
    ProcessLauncher& launcher
) {
    for (int i = 0; i < effort.starts; ++i) {
        const auto bare =
            run_well(quiet({interpreter.executable, "-c", "pass"}, directory), launcher);
        if (!bare) {
            return tl::unexpected(bare.error());
        }
        seen.interpreter_wall.push_back(bare->wall());
        if (!interpreter.xdist_version) {
            continue;
        }
        // What a popen gateway of execnet imports before it answers.
        const auto gateway = run_well(
            quiet({interpreter.executable, "-c", "import execnet.gateway_base"}, directory),
            launcher
        );
        if (!gateway) {
            return tl::unexpected(gateway.error());
        }
        seen.gateway_child_cpu.push_back(gateway->cpu());
    }
    return {};
}

/// 1, 2, 4, ... up to the cores, the cores themselves, and twice as many.
std::set<std::uint32_t> process_counts(double cores) {
    const auto most = static_cast<std::uint32_t>(std::clamp(std::ceil(cores), 1.0, 256.0));
    std::set<std::uint32_t> counts{1, most, 2 * most};
    for (std::uint32_t count = 2; count < most; count *= 2) {
        counts.insert(count);
    }
    return counts;
}

/// One visit. On a shared machine what the cores give differs from one second to the next, so that
/// visits are spread over the calibration.
Status measure_capacity(
    CalibrationMeasurement& seen,
    const Interpreter& interpreter,
    const PrivateDirectory& place,
    const Effort& effort,
    ProcessLauncher& launcher
) {
    const PluginFile script = capacity_script();
    if (Status written = place.put(script.name, script.text); !written) {
        return written;
    }
    std::vector<std::string> argv{
        interpreter.executable,
        fmt::format("{}/{}", place.path(), script.name),
        std::to_string(effort.capacity_rounds),
        std::to_string(k_capacity_visit_s)};
    for (const std::uint32_t count : process_counts(seen.cores)) {
        argv.push_back(std::to_string(count));
    }
    const auto end = run_well(quiet(argv, place.path()), launcher);
    if (!end) {
        return tl::unexpected(end.error());
    }
    auto samples = read_capacity(end->output);
    if (!samples) {
        return tl::unexpected(samples.error());
    }
    const std::uint32_t before = seen.capacity.empty() ? 0 : seen.capacity.back().round + 1;
    for (CapacitySample& sample : *samples) {
        sample.round += before;
        seen.capacity.push_back(sample);
    }
    return {};
}

/// What pytest, xdist, forked workers and the recorder take for a suite of empty tests.
Status measure_runners(
    CalibrationMeasurement& seen,
    const Interpreter& interpreter,
    const PrivateDirectory& place,
    ProcessLauncher& launcher,
    const CalibrationOptions& options
) {
    const auto suite = EmptySuite::create(interpreter);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    const auto keep = [](auto& runs, auto run) -> Status {
        if (!run) {
            return tl::unexpected(run.error());
        }
        runs.push_back(*run);
        return {};
    };
    const Effort effort = effort_of(options.pace);
    const std::uint32_t repeats = effort.runs;
    const bool forks = !why_not_runnable(parse_configuration("forked=1").value(), interpreter, {});
    Status status;
    for (std::uint32_t repeat = 0; repeat < repeats && status; ++repeat) {
        if (options.progress) {
            options.progress(fmt::format("start of workers, {} of {}", repeat + 1, repeats));
        }
        status = keep(seen.sequential, suite->run_sequential(launcher));
        if (status && interpreter.xdist_version) {
            status = keep(seen.with_worker, suite->run_with_worker(launcher));
        }
        if (status && forks) {
            status = keep(seen.forked, suite->run_forked(launcher));
        }
        if (status) {
            status = keep(seen.recorded, suite->run_half_recorded(launcher));
        }
        if (status) {
            status = measure_capacity(seen, interpreter, place, effort, launcher);
        }
    }
    return status;
}

/// FNV-1a, 64 bits: a name for a cache entry, not a secret.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
}

}  // namespace

Result<CalibrationMeasurement> calibrate(
    const Interpreter& interpreter,
    const Instruments& instruments,
    const CalibrationOptions& options
) {
    const auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    const auto tell = [&](std::string_view step) {
        if (options.progress) {
            options.progress(step);
        }
    };
    const Host host = discover_host(instruments.files);
    BusyLauncher launcher(instruments.launcher);
    const MachineTimes before = machine_times(instruments.files);
    const std::int64_t began_ns = monotonic_ns();
    const Seconds own_before = own_cpu_time();
    CalibrationMeasurement seen;
    seen.cores = host.usable_cores();
    const Effort effort = effort_of(options.pace);
    tell("start of the interpreter");
    Status status = measure_starts(seen, interpreter, place->path(), effort, launcher);
    if (status) {
        tell("capacity of the cores");
        status = measure_capacity(seen, interpreter, *place, effort, launcher);
    }
    if (status && interpreter.pytest_version && effort.spawn) {
        tell("start of pytest");
        // For people to read: without it the calibration is as good.
        auto spawn =
            measure_spawn(interpreter, {launcher, instruments.counters, instruments.files});
        if (spawn) {
            seen.spawn = std::move(*spawn);
        } else {
            seen.no_spawn = spawn.error();
        }
    }
    if (status) {
        status = measure_runners(seen, interpreter, *place, launcher, options);
    }
    if (!status) {
        return tl::unexpected(status.error());
    }
    seen.disturbance = disturbance_between(
        before,
        machine_times(instruments.files),
        between_ns(began_ns, monotonic_ns()),
        launcher.cpu() + own_cpu_time() - own_before,
        host.cores_online
    );
    return seen;
}

std::string calibration_fingerprint(const Host& host, const Interpreter& interpreter) {
    std::string text = fmt::format(
        "4|{}|{}|{:.2f}|{}|{}|{}|{}|{}|{}|{}",  // the first number: the experiments themselves
        host.cpu_model,
        host.cores_allowed,
        host.usable_cores(),
        host.kernel,
        interpreter.executable,
        interpreter.implementation,
        interpreter.version,
        interpreter.free_threaded,
        interpreter.pytest_version.value_or("-"),
        interpreter.xdist_version.value_or("-")
    );
    for (const Package& plugin : interpreter.plugins) {
        text += fmt::format("|{} {}", plugin.name, plugin.version);
    }
    return fmt::format("{:016x}", hash_of(text));
}

}  // namespace advisor
