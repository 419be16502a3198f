#include "cli/suite_options.hpp"

#include <advisor/dialect/runner.hpp>
#include <advisor/dialect/version.hpp>
#include <advisor/measure/probe.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "cli/shell.hpp"

namespace advisor::cli {

namespace {

bool is_program(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

Status fit_for_us(const Interpreter& interpreter) {
    if (!interpreter.pytest_version) {
        const bool here = is_program(".venv/bin/python");
        return fail(
            ErrorKind::environment,
            fmt::format("pytest is not installed for {}", interpreter.executable),
            fmt::format("Python {} cannot import it", interpreter.version),
            here ? "there is a .venv here: --python .venv/bin/python"
                 : fmt::format(
                     "name the suite's interpreter with --python, or: {} -m pip install pytest",
                     interpreter.executable
                 )
        );
    }
    if (version_of(*interpreter.pytest_version) < Version{7}) {
        return fail(
            ErrorKind::environment,
            fmt::format("pytest {} is too old", *interpreter.pytest_version),
            "advisor works with pytest 7.4 and newer",
            fmt::format("{} -m pip install -U pytest", interpreter.executable)
        );
    }
    if (version_of(interpreter.version) < Version{3, 9}) {
        return fail(
            ErrorKind::environment,
            fmt::format("Python {} is too old", interpreter.version),
            "advisor works with Python 3.9 and newer"
        );
    }
    return {};
}

}  // namespace

std::vector<OptionSpec> with_suite(std::vector<OptionSpec> options) {
    std::vector<OptionSpec> all{
        {"python",
         "PATH",
         "the suite's interpreter (default: the active environment's, or python3)"},
        {"command", "WORDS", "a launcher instead of an interpreter, such as \"uv run pytest\""}};
    all.insert(all.end(), options.begin(), options.end());
    return all;
}

Result<SuiteCommand> command_of(const Arguments& arguments) {
    InterpreterWish wish;
    wish.python = arguments.value("python");
    wish.command = arguments.value("command");
    wish.virtual_env = environment("VIRTUAL_ENV");
    return suite_command(wish, arguments.suite, is_program);
}

Result<Suite> suite_of(const Arguments& arguments, ProcessLauncher& launcher) {
    auto command = command_of(arguments);
    if (!command) {
        return tl::unexpected(command.error());
    }
    const std::string directory = current_directory();
    if (directory.empty()) {
        return fail(
            ErrorKind::environment,
            "there is no current directory",
            "it was removed since this shell entered it",
            "cd to the suite's directory"
        );
    }
    auto interpreter = probe_interpreter(*command, directory, launcher);
    if (!interpreter) {
        return tl::unexpected(interpreter.error());
    }
    if (const Status fit = fit_for_us(*interpreter); !fit) {
        return tl::unexpected(fit.error());
    }
    return Suite{std::move(*command), directory, std::move(*interpreter)};
}

std::string current_directory() {
    std::error_code error;
    const auto path = std::filesystem::current_path(error);
    return error ? "" : path.string();
}

Result<std::vector<Configuration>> configurations_of(const Arguments& arguments) {
    std::vector<Configuration> configurations;
    for (const std::string& text : arguments.all("configuration")) {
        auto configuration = parse_configuration(text);
        if (!configuration) {
            return tl::unexpected(configuration.error());
        }
        if (std::find(configurations.begin(), configurations.end(), *configuration)
            == configurations.end()) {
            configurations.push_back(std::move(*configuration));
        }
    }
    return configurations;
}

Ability ability_of(const Interpreter& interpreter, const SuiteCommand& command) {
    Ability ability;
    const auto ask = [&](const char* spec, bool& can, std::string& because) {
        const auto why = why_not_runnable(*parse_configuration(spec), interpreter, command);
        can = !why;
        because = why ? why->because : "";
    };
    ask("processes=2,dist=load", ability.xdist, ability.xdist_because);
    ask("processes=2,dist=planned", ability.planned, ability.planned_because);
    ask("forked=2", ability.forked, ability.forked_because);
    ask("threads=2", ability.threads, ability.threads_because);
    return ability;
}

}  // namespace advisor::cli
