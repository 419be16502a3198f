#include "advisor/execute/run.hpp"

#include <advisor/dialect/plugins.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/journal.hpp>

#include <fmt/format.h>

#include "execute/conclude.hpp"
#include "execute/tally.hpp"

namespace advisor {

namespace {

constexpr Bytes k_longest_journal{std::int64_t{1} << 30};

std::vector<std::string> words_of(const RunRequest& request) {
    std::vector<std::string> words = request.suite.command.words();
    const auto more = runner_arguments(
        request.configuration, request.suite.interpreter, request.suite.command.arguments
    );
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

ProcessSpec
spec_of(const RunRequest& request, const PrivateDirectory& place, const PluginLoading& journal) {
    ProcessSpec spec;
    spec.argv = words_of(request);
    spec.argv.insert(spec.argv.end(), journal.words.begin(), journal.words.end());
    spec.directory = request.suite.directory;
    spec.environment = {journal.variable};
    spec.prefixes = {{"PYTHONPATH", place.path(), journal.keep_as}};
    spec.output = request.output;
    spec.deadline = request.deadline;
    return spec;
}

/// The exit code of a sequential collection of the same tests, its output discarded.
Result<int> collect_sequentially(const RunRequest& request, ProcessLauncher& launcher) {
    RunRequest sequential = request;
    sequential.configuration = Configuration{};
    ProcessSpec spec;
    spec.argv = words_of(sequential);
    spec.argv.insert(spec.argv.end(), {"--collect-only", "-q"});
    spec.directory = request.suite.directory;
    spec.input = Stream::discard;
    spec.output = Stream::discard;
    spec.error = Stream::discard;
    spec.deadline = request.deadline;
    const auto end = launcher.run(spec, {});
    if (!end) {
        return tl::unexpected(end.error());
    }
    return end->exit_code.value_or(k_own_failure);
}

}  // namespace

Result<RunOutcome> run_configuration(const RunRequest& request, const Instruments& instruments) {
    if (auto obstacle = why_not_runnable(
            request.configuration, request.suite.interpreter, request.suite.command
        )) {
        return tl::unexpected(std::move(*obstacle));
    }
    const auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    const std::string journal_path = place->path() + "/journal";
    const PluginLoading journal = load_journal(journal_path);
    Status ready = place->put("journal", "");
    if (ready) {
        ready = place->put(journal.file.name, journal.file.text);
    }
    if (!ready) {
        return tl::unexpected(ready.error());
    }
    const auto end = instruments.launcher.run(spec_of(request, *place, journal), {});
    if (!end) {
        return tl::unexpected(end.error());
    }
    const auto text = read_file(journal_path, k_longest_journal);
    Tally seen = tally(read_journal(text.value_or("")), end->exec_ns);
    Conclusion conclusion = conclude(*end, seen, request.configuration);
    if (conclusion.ask_collection) {
        const auto collected = collect_sequentially(request, instruments.launcher);
        conclusion = conclude_from_collection(collected.value_or(k_own_failure));
    }
    RunOutcome outcome;
    outcome.configuration = request.configuration;
    outcome.command = words_of(request);
    outcome.predicted = request.predicted;
    outcome.sequential_wall = request.sequential_wall;
    outcome.wall = end->wall();
    outcome.exit_code = conclusion.exit_code;
    outcome.exit_because = conclusion.because;
    outcome.runner_exit_code = end->exit_code;
    outcome.runner_signal = end->signal;
    outcome.outcomes = std::move(seen.outcomes);
    outcome.conservation = std::move(seen.conservation);
    outcome.workers = std::move(seen.workers);
    outcome.left_behind = end->left_behind;
    return outcome;
}

}  // namespace advisor
