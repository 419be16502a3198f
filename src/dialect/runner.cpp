#include "advisor/dialect/runner.hpp"

#include <advisor/dialect/version.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "dialect/requested_runner.hpp"

namespace advisor {

namespace {

Error needs(const std::string& what, const std::string& version, const std::string& since) {
    return Error{
        ErrorKind::environment,
        fmt::format("cannot run {}", what),
        fmt::format("pytest-xdist {} is installed, and it came with {}", version, since),
        "install a newer pytest-xdist"};
}

std::optional<Error> why_not_xdist(const Processes& processes, const std::string& version) {
    // The versions that brought the options (pytest-xdist's change log).
    const Version installed = version_of(version);
    if (installed < Version{2, 0, 0}) {
        return needs("it", version, "2.0");
    }
    if (processes.dist == Distribution::worksteal && installed < Version{3, 2, 0}) {
        return needs("--dist worksteal", version, "3.2");
    }
    if (processes.dist == Distribution::planned && installed < Version{3, 0, 0}) {
        return needs("dist=planned", version, "3.0");
    }
    if (processes.maxschedchunk && installed < Version{3, 2, 0}) {
        return needs("--maxschedchunk", version, "3.2");
    }
    if (!processes.scope_reorder && installed < Version{3, 8, 0}) {
        return needs("--no-loadscope-reorder", version, "3.8");
    }
    return std::nullopt;
}

/// Of our own plugin for forked workers and lanes.
std::optional<Error>
why_not_lanes(const Interpreter& interpreter, std::string_view what, const Version& since) {
    const std::string pytest = interpreter.pytest_version.value_or("0");
    if (version_of(pytest) >= since) {
        return std::nullopt;
    }
    return Error{
        ErrorKind::environment,
        fmt::format("cannot run {}", what),
        fmt::format(
            "pytest {} is installed, and they were made for {}.{} and newer",
            pytest,
            since[0],
            since[1]
        ),
        "install a newer pytest"};
}

Error not_yet(std::string_view what) {
    return Error{
        ErrorKind::environment,
        fmt::format("cannot run {}", what),
        fmt::format("advisor has no runner of its own for {} yet", what),
        "choose sequential, processes=N,dist=..., forked=N or threads=N"};
}

/// What needs plugins of ours, pytest alone cannot run.
std::vector<std::string>
by_advisor(const Configuration& configuration, const SuiteCommand& command) {
    const SuiteCommand split = split_at_pytest(command.words());
    std::vector<std::string> words{"advisor", "run", "--configuration", spec(configuration)};
    if (!split.python.empty()) {
        words.insert(words.end(), {"--python", split.python});
    } else if (!split.launcher.empty()) {
        words.insert(words.end(), {"--command", join_words(split.launcher)});
    }
    if (!split.arguments.empty()) {
        words.emplace_back("--");
        words.insert(words.end(), split.arguments.begin(), split.arguments.end());
    }
    return words;
}

/// Keeps xdist from running the tests, which addopts may ask for; nothing where it is not loaded.
std::vector<std::string>
without_xdist(const Interpreter& interpreter, const std::vector<std::string>& arguments) {
    const bool loaded = interpreter.xdist_version && allows_xdist(arguments);
    return loaded ? std::vector<std::string>{"-n0"} : std::vector<std::string>{};
}

std::vector<std::string> of_processes(const Processes& processes) {
    // Our own scheduler takes the place of xdist's "load", whose workers do what it needs.
    const bool planned = processes.dist == Distribution::planned;
    const std::string_view dist = name_of(planned ? Distribution::load : processes.dist);
    std::vector<std::string> words{
        "-n", std::to_string(processes.workers), "--dist", std::string(dist)};
    if (processes.maxschedchunk) {
        words.emplace_back("--maxschedchunk");
        words.push_back(std::to_string(*processes.maxschedchunk));
    }
    if (!processes.scope_reorder) {
        words.emplace_back("--no-loadscope-reorder");
    }
    return words;
}

}  // namespace

bool needs_lanes(const Configuration& configuration) {
    return configuration.runner_name.empty()
           && (std::holds_alternative<Forked>(configuration.runner)
               || std::holds_alternative<Threads>(configuration.runner));
}

bool allows_xdist(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "-pno:xdist"
            || (arguments[i] == "no:xdist" && i > 0 && arguments[i - 1] == "-p")) {
            return false;
        }
    }
    return true;
}

std::vector<std::string> runner_arguments(
    const Configuration& configuration,
    const Interpreter& interpreter,
    const std::vector<std::string>& arguments
) {
    if (const auto* processes = std::get_if<Processes>(&configuration.runner)) {
        return of_processes(*processes);
    }
    std::vector<std::string> words = without_xdist(interpreter, arguments);
    std::vector<std::string> more;
    if (!configuration.runner_name.empty()) {
        more = requested_arguments(configuration);
    } else if (const auto* forked = std::get_if<Forked>(&configuration.runner)) {
        more = {"-p", "advisor_lanes", "--forked-workers", std::to_string(forked->workers)};
        if (forked->lanes > 1) {
            more.insert(more.end(), {"--lane-threads", std::to_string(forked->lanes)});
        }
    } else if (const auto* threads = std::get_if<Threads>(&configuration.runner)) {
        more = {"-p", "advisor_lanes", "--lane-threads", std::to_string(threads->lanes)};
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::optional<Error> why_not_runnable(
    const Configuration& configuration, const Interpreter& interpreter, const SuiteCommand& command
) {
    if (configuration.shards > 1) {
        return not_yet("shards on one machine");
    }
    if (!configuration.runner_name.empty()) {
        return why_not_requested(configuration, interpreter);
    }
    if (std::holds_alternative<Sequential>(configuration.runner)) {
        return std::nullopt;
    }
    const auto* forked = std::get_if<Forked>(&configuration.runner);
    if (forked != nullptr) {
        return forked->lanes == 1 ? why_not_lanes(interpreter, "forked workers", {7, 4, 0})
                                  : why_not_lanes(interpreter, "threads", {8, 0, 0});
    }
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr) {
        return why_not_lanes(interpreter, "threads", {8, 0, 0});
    }
    if (!interpreter.xdist_version) {
        return Error{
            ErrorKind::environment,
            "cannot run workers",
            fmt::format("pytest-xdist is not installed for {}", interpreter.executable),
            fmt::format("{} -m pip install pytest-xdist", interpreter.executable)};
    }
    if (!allows_xdist(command.arguments)) {
        return Error{
            ErrorKind::environment,
            "cannot run workers",
            "the arguments turn pytest-xdist off",
            "leave out -p no:xdist"};
    }
    return why_not_xdist(*processes, *interpreter.xdist_version);
}

std::vector<std::string> command_for(
    const Configuration& configuration, const Interpreter& interpreter, const SuiteCommand& command
) {
    if (is_planned(configuration) || needs_lanes(configuration)) {
        return by_advisor(configuration, command);
    }
    std::vector<std::string> words = command.words();
    const auto more = runner_arguments(configuration, interpreter, command.arguments);
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

}  // namespace advisor
