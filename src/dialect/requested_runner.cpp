#include "dialect/requested_runner.hpp"

#include <advisor/base/text.hpp>
#include <advisor/dialect/version.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace advisor {

namespace {

constexpr const char* k_parallel = "pytest-parallel";
constexpr const char* k_threadlanes = "pytest-threadlanes";

bool has(const Interpreter& interpreter, const std::string& name) {
    return std::any_of(
        interpreter.plugins.begin(),
        interpreter.plugins.end(),
        [&](const Package& package) {
            std::string known = package.name;
            std::replace(known.begin(), known.end(), '_', '-');
            return known == name;
        }
    );
}

Error refused(const Configuration& configuration, std::string because, std::string hint) {
    return Error{
        ErrorKind::environment,
        fmt::format("cannot run {}", escape_terminal(configuration.runner_name)),
        std::move(because),
        std::move(hint)};
}

std::optional<Error>
why_not_parallel(const Configuration& configuration, const Interpreter& interpreter) {
    if (version_of(interpreter.version) >= Version{3, 14, 0}) {
        return refused(
            configuration,
            "from Python 3.14 on it cannot hand its session to its processes",
            "take an older interpreter, or threads=N or forked=N without runner="
        );
    }
    if (interpreter.free_threaded) {
        return refused(
            configuration,
            "it fails most tests on an interpreter without a GIL",
            "leave out runner="
        );
    }
    const bool old = version_of(interpreter.pytest_version.value_or("")) < Version{7, 2, 0};
    if (!old && !has(interpreter, "py")) {
        return refused(
            configuration,
            "since pytest 7.2 it needs the library py, which is not installed",
            fmt::format("{} -m pip install py", interpreter.executable)
        );
    }
    return std::nullopt;
}

std::optional<Error>
why_not_threadlanes(const Configuration& configuration, const Interpreter& interpreter) {
    if (!std::holds_alternative<Threads>(configuration.runner)) {
        return refused(
            configuration, "it is run on threads of one process only", "choose threads=N"
        );
    }
    const Version python = version_of(interpreter.version);
    if (python < Version{3, 12, 0} || python >= Version{3, 14, 0}) {
        return refused(
            configuration,
            fmt::format("it was tried on Python 3.12 and 3.13, not on {}", interpreter.version),
            "leave out runner="
        );
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error>
why_not_requested(const Configuration& configuration, const Interpreter& interpreter) {
    const std::string& name = configuration.runner_name;
    if (name != k_parallel && name != k_threadlanes) {
        return refused(
            configuration,
            "advisor runs no such runner",
            fmt::format("runner={} and runner={} can be asked for", k_parallel, k_threadlanes)
        );
    }
    if (!std::holds_alternative<Threads>(configuration.runner)
        && !std::holds_alternative<Forked>(configuration.runner)) {
        return refused(configuration, "it is no runner of xdist's workers", "choose threads=N");
    }
    if (!has(interpreter, name)) {
        return refused(
            configuration,
            fmt::format("it is not installed for {}", interpreter.executable),
            fmt::format("{} -m pip install {}", interpreter.executable, name)
        );
    }
    return name == k_parallel ? why_not_parallel(configuration, interpreter)
                              : why_not_threadlanes(configuration, interpreter);
}

std::vector<std::string> requested_arguments(const Configuration& configuration) {
    const auto* forked = std::get_if<Forked>(&configuration.runner);
    const auto* threads = std::get_if<Threads>(&configuration.runner);
    const std::uint32_t workers = forked != nullptr ? forked->workers : 1;
    const std::uint32_t lanes = forked != nullptr    ? forked->lanes
                                : threads != nullptr ? threads->lanes
                                                     : 1;
    if (configuration.runner_name == k_parallel) {
        return {"--workers", std::to_string(workers), "--tests-per-worker", std::to_string(lanes)};
    }
    // Its patch guard spoils monkeypatch.setenv, and it starts only without pytest's warnings.
    return {"--lanes", std::to_string(lanes), "--lanes-allow-patches", "-p", "no:warnings"};
}

}  // namespace advisor
