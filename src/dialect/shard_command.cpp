#include "advisor/dialect/shard_command.hpp"

#include <advisor/dialect/runner.hpp>
#include <advisor/dialect/version.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace advisor {

namespace {

/// pytest's change log: "@file".
constexpr Version k_reads_arguments{8, 2, 0};

bool reads_arguments(const Interpreter& interpreter) {
    return version_of(interpreter.pytest_version.value_or("0")) >= k_reads_arguments;
}

}  // namespace

std::string path_of(const std::string& file, const ProfiledRun& run) {
    if (run.rootdir.empty()) {
        return file;
    }
    const std::filesystem::path path = std::filesystem::path(run.rootdir) / file;
    return path.lexically_normal().lexically_relative(run.directory).string();
}

std::vector<std::string>
shard_arguments(const ShardManifest& manifest, std::size_t position, const ProfiledRun& run) {
    std::vector<std::string> words;
    for (std::size_t other = 0; other < manifest.shards.size(); ++other) {
        if (other == position) {
            continue;
        }
        for (const std::string& file : manifest.shards[other].files) {
            // What is ignored is not imported, but for what the user names himself.
            words.push_back(fmt::format("--ignore={}", path_of(file, run)));
            words.push_back(fmt::format("--deselect={}::", file));
        }
    }
    return words;
}

std::string shard_line(
    const ShardManifest& manifest,
    const Suite& suite,
    const std::string& path,
    const std::vector<std::string>& arguments
) {
    SuiteCommand command = on_any_machine(suite.command);
    std::vector<std::string>& words = command.arguments;
    if (reads_arguments(suite.interpreter)) {
        words.push_back("@" + path);
    } else {
        words.insert(words.end(), arguments.begin(), arguments.end());
    }
    return join_words(command_for(manifest.configuration, suite.interpreter, command));
}

}  // namespace advisor
