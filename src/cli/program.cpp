#include "cli/program.hpp"

#include <advisor/base/text.hpp>
#include <advisor/execute/run.hpp>
#include <advisor/host/inheritance.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>

#include <exception>

#include "cli/commands.hpp"

namespace advisor::cli {

namespace {

std::vector<Command> all_commands() {
    return {
        analyze_command(),
        run_command(),
        verify_command(),
        profile_command(),
        report_command(),
        gate_command(),
        plan_command(),
        doctor_command(),
        calibrate_command()};
}

std::string overview() {
    std::string out = "usage: advisor COMMAND [OPTIONS] [-- PYTEST ARGUMENTS]\n\n"
                      "Tells what running a pytest suite in parallel would give, which way, and "
                      "why; and runs it so.\n"
                      "\ncommands:\n";
    for (const Command& command : all_commands()) {
        out += fmt::format("  {:<10} {}\n", command.spec.name, command.spec.summary);
    }
    return out
           + "\nadvisor COMMAND --help shows the options of a command, advisor --version the "
             "version.\n"
             "Start with: advisor analyze -- tests\n";
}

Error unknown_command(const std::string& word) {
    std::vector<std::string_view> names;
    for (const Command& command : all_commands()) {
        names.push_back(command.spec.name);
    }
    const auto near = nearest(word, names);
    return {
        ErrorKind::usage,
        fmt::format("there is no command '{}'", word),
        "",
        near ? fmt::format("did you mean advisor {}?", *near)
             : "advisor --help lists the commands"};
}

/// Seen before the work, so that none of it is for nothing.
Status can_write_files(const CommandSpec& spec, const Arguments& arguments) {
    for (const OptionSpec& option : spec.options) {
        const auto path = option.is_written ? arguments.value(option.name) : std::nullopt;
        if (path) {
            if (Status writable = can_write(*path); !writable) {
                return writable;
            }
        }
    }
    return {};
}

int run_one(const Command& command, const std::vector<std::string>& words) {
    // `run` gives pytest's exit codes, so that its own failures need one that pytest never gives.
    const bool passes_on = command.spec.name == "run";
    const auto refused = [&](const Error& error) {
        report_error(error);
        return passes_on ? k_own_failure : exit_code_of(error);
    };
    const auto arguments = parse(command.spec, words);
    if (!arguments) {
        return refused(arguments.error());
    }
    auto shell = Shell::of(*arguments);
    if (!shell) {
        return refused(shell.error());
    }
    if (arguments->has("help")) {
        return shell->print(help_of(command.spec)) ? k_success : k_usage;
    }
    if (const Status writable = can_write_files(command.spec, *arguments); !writable) {
        return refused(writable.error());
    }
    try {
        return command.run(*arguments, *shell);
    } catch (const std::exception& error) {
        return refused(
            {ErrorKind::internal,
             fmt::format("a defect of advisor stopped advisor {}", command.spec.name),
             error.what(),
             "please report it with the command that you gave"}
        );
    }
}

}  // namespace

int program(const std::vector<std::string>& words) {
    fill_standard_streams();
    take_signals();
    const Shell plain = *Shell::of(Arguments{});
    if (words.size() == 2 && words.front() == "help") {
        return program({words.back(), "--help"});
    }
    if (words.empty() || words.front() == "--help" || words.front() == "-h"
        || words.front() == "help") {
        const bool printed = plain.print(overview());
        return printed && !words.empty() ? k_success : k_usage;
    }
    if (words.front() == "--version") {
        return plain.print("advisor " ADVISOR_VERSION "\n") ? k_success : k_usage;
    }
    for (const Command& command : all_commands()) {
        if (command.spec.name == words.front()) {
            std::vector<std::string> rest(words.begin() + 1, words.end());
            if (!rest.empty() && rest.front() == "-h") {
                rest.front() = "--help";
            }
            return run_one(command, rest);
        }
    }
    report_error(unknown_command(words.front()));
    return k_usage;
}

}  // namespace advisor::cli
