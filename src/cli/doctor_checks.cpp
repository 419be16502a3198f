#include "cli/doctor_checks.hpp"

#include <advisor/base/text.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/measure/calibrate.hpp>
#include <advisor/measure/probe.hpp>

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "cli/saved.hpp"

namespace advisor::cli {

namespace {

Check cores_check(const Host& host) {
    Check check{"cores", "cores", Health::pass, "", ""};
    check.found = fmt::format(
        "{:g} usable of {} ({})", host.usable_cores(), host.cores_online, host.cpu_model
    );
    if (host.usable_cores() < 2) {
        check.health = Health::warn;
        check.fix = "only suites that wait gain from workers on less than two cores";
    } else if (host.cpu_quota.has_value()) {
        check.found += fmt::format(", cgroup quota {:g}", host.cpu_quota.value());
        check.health = Health::warn;
        check.fix = fmt::format(
            "pytest -n auto does not see the quota and starts {} workers: name the number",
            host.cores_allowed
        );
    }
    return check;
}

Check memory_check(const Host& host) {
    const Bytes usable = host.usable_memory();
    Check check{"memory", "memory", Health::pass, format_bytes(usable), ""};
    check.found += host.memory_limit.has_value() ? " by cgroup limit" : " in all";
    if (usable < Bytes(std::int64_t{1} << 30)) {
        check.health = Health::warn;
        check.fix = "each worker needs the memory of a whole pytest process: choose few";
    }
    return check;
}

Check counters_check(const CounterAbility& ability) {
    Check check{"counters", "performance counters", Health::pass, "", ""};
    check.found = std::string(name_of(ability.rung));
    if (ability.missing.empty()) {
        return check;
    }
    check.health = Health::warn;
    check.found += "; missing";
    for (const Missing& missing : ability.missing) {
        check.found += fmt::format(" {}", missing.what);
    }
    check.found += fmt::format(": {}", ability.missing.front().because);
    const bool forbidden = ability.missing.front().because.starts_with("not permitted");
    check.fix = forbidden ? "sysctl kernel.perf_event_paranoid=1, or CAP_PERFMON in a container"
                          : "nothing to do in a virtual machine: predictions do not need them";
    return check;
}

Check load_check(const FileReader& files) {
    Check check{"machine-quiet", "other load", Health::pass, "", ""};
    const MachineTimes before = machine_times(files);
    const std::int64_t from = monotonic_ns();
    ::usleep(500'000);
    const Disturbance disturbance = disturbance_between(
        before,
        machine_times(files),
        between_ns(from, monotonic_ns()),
        Seconds(0),
        discover_host(files).cores_online
    );
    if (!disturbance.foreign_fraction.has_value()) {
        check.health = Health::warn;
        check.found = "not known: /proc/stat cannot be read";
        check.fix = "mount /proc, or look at the load yourself";
        return check;
    }
    check.found = fmt::format(
        "{} of the machine, {} stolen by its host",
        format_percent(disturbance.foreign_fraction.value()),
        format_percent(disturbance.steal_fraction.value_or(0))
    );
    if (is_disturbed(disturbance)) {
        check.health = Health::warn;
        check.fix = "record and calibrate while nothing else runs";
    }
    return check;
}

Check descriptor_check() {
    // Measured on pytest-xdist 3.8: a controller has 13 + 2 n descriptors open for n workers.
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto open = static_cast<double>(limit.rlim_cur);
    Check check{"open-files", "open files", Health::pass, fmt::format("limit {:.0f}", open), ""};
    if (open < 256) {
        check.health = Health::warn;
        check.fix =
            fmt::format("ulimit -n 1024; now xdist can have {:.0f} workers", (open - 13) / 2);
    }
    return check;
}

Check temporary_check() {
    Check check{"temporary-directory", "temporary directory", Health::pass, "can be written", ""};
    if (const auto place = PrivateDirectory::create(); !place) {
        check.health = Health::fail;
        check.found = place.error().because;
        check.fix = place.error().hint;
    }
    return check;
}

Check pytest_check(const Interpreter& interpreter) {
    Check check{"pytest-installed", "pytest", Health::pass, "", ""};
    if (!interpreter.pytest_version) {
        check.health = Health::fail;
        check.found = fmt::format("not importable by {}", interpreter.executable);
        check.fix = fmt::format(
            "{} -m pip install pytest, or name the suite's interpreter with --python",
            interpreter.executable
        );
        return check;
    }
    check.found = *interpreter.pytest_version;
    return check;
}

Check xdist_check(const Interpreter& interpreter, const SuiteCommand& command) {
    Check check{"xdist-installed", "pytest-xdist", Health::pass, "", ""};
    if (!interpreter.xdist_version) {
        check.health = Health::warn;
        check.found = fmt::format("not importable by {}", interpreter.executable);
        check.fix = fmt::format(
            "{} -m pip install pytest-xdist; until then workers are predicted only",
            interpreter.executable
        );
        return check;
    }
    check.found = *interpreter.xdist_version;
    const auto why =
        why_not_runnable(*parse_configuration("processes=2,dist=worksteal"), interpreter, command);
    if (why) {
        check.health = Health::warn;
        check.found += fmt::format(", {}", why->because);
        check.fix = why->hint;
    }
    return check;
}

Check calibration_check(const Interpreter& interpreter) {
    Check check{"calibrated", "calibration", Health::pass, "", ""};
    const Host host = discover_host(FileReader());
    if (const auto cached = cached_calibration(calibration_fingerprint(host, interpreter))) {
        check.found = fmt::format("of {}", cached->measured_utc);
        if (cached->spawn) {
            check.found += fmt::format(
                "; pytest itself starts and ends in {}, of which Python {} and plugins {}",
                format_seconds(cached->spawn->whole.median),
                format_seconds(cached->spawn->interpreter.median),
                format_seconds(cached->spawn->plugins.median)
            );
        }
        return check;
    }
    check.found = "none for this machine and these versions yet";
    check.fix = "advisor analyze makes one by itself, or: advisor calibrate";
    return check;
}

}  // namespace

std::vector<Check> machine_checks(const Instruments& instruments) {
    const Host host = discover_host(instruments.files);
    return {
        cores_check(host),
        memory_check(host),
        counters_check(instruments.counters.ability()),
        load_check(instruments.files),
        descriptor_check(),
        temporary_check()};
}

std::vector<Check> interpreter_checks(
    const SuiteCommand& command, const std::string& directory, ProcessLauncher& launcher
) {
    const auto interpreter = probe_interpreter(command, directory, launcher);
    if (!interpreter) {
        const Error& error = interpreter.error();
        return {Check{
            "interpreter",
            "interpreter",
            Health::fail,
            error.because.empty() ? error.what : fmt::format("{}: {}", error.what, error.because),
            error.hint}};
    }
    std::vector<Check> checks{Check{
        "interpreter",
        "interpreter",
        Health::pass,
        fmt::format(
            "{} {} at {}{}",
            interpreter->implementation,
            interpreter->version,
            interpreter->executable,
            interpreter->free_threaded ? ", without the GIL" : ""
        ),
        ""}};
    checks.push_back(pytest_check(*interpreter));
    checks.push_back(xdist_check(*interpreter, command));
    if (interpreter->pytest_version) {
        checks.push_back(calibration_check(*interpreter));
    }
    return checks;
}

}  // namespace advisor::cli
