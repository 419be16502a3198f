#include "cli/given_profile.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

tl::unexpected<Error> contradiction(const Profile& profile, std::string_view words) {
    return fail(
        ErrorKind::usage,
        fmt::format("--profile and {} contradict each other", words),
        fmt::format("the recording was made with {}", profile.interpreter.executable),
        "leave one of them out"
    );
}

/// Whether they are names of one interpreter in one environment: python, python3. Environments link
/// to the same file, each from a directory of its own.
bool are_same(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code ignored;
    return a == b
           || (std::filesystem::equivalent(a, b, ignored)
               && std::filesystem::equivalent(a.parent_path(), b.parent_path(), ignored));
}

/// Nothing may say how to start the suite but what names the recorded interpreter.
Status agrees(const Profile& profile, const Arguments& arguments, ProcessLauncher& launcher) {
    if (arguments.value("command")) {
        return contradiction(profile, "--command");
    }
    if (!arguments.suite.empty()) {
        return contradiction(profile, "arguments of pytest");
    }
    if (!arguments.value("python")) {
        return {};
    }
    const auto suite = suite_of(arguments, launcher);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    if (!are_same(suite->interpreter.executable, profile.interpreter.executable)) {
        return contradiction(profile, "--python");
    }
    return {};
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
        if (const Status agree = agrees(*profile, arguments, launcher); !agree) {
            return tl::unexpected(agree.error());
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
