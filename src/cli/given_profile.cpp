#include "cli/given_profile.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

/// What of the command line says how to start a suite.
std::optional<std::string_view> suite_words(const Arguments& arguments) {
    if (arguments.value("python")) {
        return "--python";
    }
    if (arguments.value("command")) {
        return "--command";
    }
    if (!arguments.suite.empty()) {
        return "arguments of pytest";
    }
    return std::nullopt;
}

Suite suite_of_recording(const Profile& profile) {
    Suite suite;
    suite.command.launcher = profile.run.command;
    suite.command.python = profile.interpreter.executable;
    suite.directory = profile.run.directory;
    suite.interpreter = profile.interpreter;
    return suite;
}

}  // namespace

Result<GivenProfile>
given_profile(const std::string& path, const Arguments& arguments, ProcessLauncher& launcher) {
    auto profile = read_profile_file(path);
    if (!profile) {
        return tl::unexpected(profile.error());
    }
    if (!profile->interpreter.executable.empty()) {
        if (const auto words = suite_words(arguments)) {
            return fail(
                ErrorKind::usage,
                fmt::format("--profile and {} contradict each other", *words),
                fmt::format("the recording was made with {}", profile->interpreter.executable),
                "leave one of them out"
            );
        }
        Suite suite = suite_of_recording(*profile);
        return GivenProfile{std::move(suite), std::move(*profile)};
    }
    auto suite = suite_of(arguments, launcher);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    profile->interpreter = suite->interpreter;
    profile->run.command = suite->command.words();
    profile->run.directory = suite->directory;
    return GivenProfile{std::move(*suite), std::move(*profile)};
}

}  // namespace advisor::cli
