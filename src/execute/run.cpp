#include "advisor/execute/run.hpp"

#include <advisor/base/text.hpp>
#include <advisor/dialect/plugins.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/store/deal.hpp>
#include <advisor/store/journal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "execute/conclude.hpp"
#include "execute/tally.hpp"
#include "execute/watch.hpp"

namespace advisor {

namespace {

/// The plugins of a run, in the order in which pytest loads them. They share one directory.
std::vector<PluginLoading> plugins_of(const RunRequest& request, const PrivateDirectory& place) {
    std::vector<PluginLoading> plugins{load_journal(place.path() + "/journal")};
    if (auto runner = load_runner(request.configuration, place.path() + "/deal.json")) {
        plugins.push_back(std::move(*runner));
    }
    return plugins;
}

Status furnish(
    const PrivateDirectory& place,
    const std::vector<PluginLoading>& plugins,
    const RunRequest& request
) {
    std::vector<PluginFile> files;
    if (needs_lanes(request.configuration)) {
        files = lanes_package();  // which the words of the configuration load
    }
    for (const PluginLoading& plugin : plugins) {
        files.push_back(plugin.file);
    }
    Status ready = place.put("journal", "");
    for (const PluginFile& file : files) {
        if (ready) {
            ready = place.put(file.name, file.text);
        }
    }
    return ready && plugins.size() > 1 ? place.put("deal.json", deal_text(request.deal)) : ready;
}

ProcessSpec spec_of(
    const RunRequest& request,
    const PrivateDirectory& place,
    const std::vector<PluginLoading>& plugins
) {
    ProcessSpec spec;
    spec.argv = words_of(request);
    spec.environment.assign(request.environment.begin(), request.environment.end());
    for (const PluginLoading& plugin : plugins) {
        spec.argv.insert(spec.argv.end(), plugin.words.begin(), plugin.words.end());
        spec.environment.emplace_back(plugin.variable);
        if (!plugin.keep_as.empty()) {
            spec.path_entries.push_back({"PYTHONPATH", place.path(), plugin.keep_as});
        }
    }
    spec.directory = request.suite.directory;
    spec.output = request.output;
    spec.deadline = request.deadline;
    return spec;
}

/// A controller of n workers has 13 + 2 n descriptors open (measured with pytest-xdist 3.8 for n
/// from 1 to 16), and the suite needs some of its own.
Status provide_descriptors(const Configuration& configuration) {
    constexpr std::uint64_t k_of_the_suite = 64;
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr) {
        return {};
    }
    const std::uint64_t least = 13 + 2 * std::uint64_t{processes->workers};
    if (raise_descriptor_limit(least + k_of_the_suite) >= least) {
        return {};
    }
    return fail(
        ErrorKind::environment,
        fmt::format("cannot run {}", label(configuration)),
        fmt::format("its controller needs {} descriptors, and the hard limit is lower", least),
        "raise the hard limit (ulimit -Hn), or choose fewer workers"
    );
}

RunRequest sequential(const RunRequest& request) {
    RunRequest result = request;
    result.configuration = Configuration{};
    return result;
}

struct Played {
    ProcessEnd end;
    Journal journal;
    std::vector<Stall> stalls;
    std::vector<Stall> at_deadline;
    bool ended_at_exit = false;

    [[nodiscard]] bool was_ended() const { return end.timed_out || end.forwarded; }
};

/// One run of pytest with its journal; of the tests `only`, unless there are none.
Result<Played>
play(const RunRequest& request, const std::vector<std::string>& only, ProcessLauncher& launcher) {
    const auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    const std::vector<PluginLoading> plugins = plugins_of(request, *place);
    Status ready = furnish(*place, plugins, request);
    ProcessSpec spec = spec_of(request, *place, plugins);
    if (ready && !only.empty()) {
        ready = place->put("only.json", ids_text(only));
        spec.environment.emplace_back("ADVISOR_JOURNAL_ONLY", place->path() + "/only.json");
    }
    if (!ready) {
        return tl::unexpected(ready.error());
    }
    RunWatch watch(place->path(), {request.profiled, request.stall, request.deadline});
    const auto end = launcher.run(spec, {{}, [&](int pid) { watch.look(pid); }});
    if (!end) {
        return tl::unexpected(end.error());
    }
    return Played{
        *end, watch.journal(), watch.stalls(), watch.at_deadline(), watch.ended_at_exit()};
}

/// The lost tests as they run once more. First those that nobody had begun; then, each by itself,
/// those that were running when their process ended, since they may end the next one, too.
std::vector<std::vector<std::string>> turns_of(const Conservation& conservation) {
    constexpr std::size_t k_most_alone = 16;
    std::set<std::string> begun;
    for (const Sighting& sighting : conservation.sightings) {
        if (sighting.outcome == "started") {
            begun.insert(sighting.id);
        }
    }
    std::vector<std::string> others;
    std::vector<std::vector<std::string>> turns;
    for (const std::string& id : conservation.lost) {
        if (!begun.contains(id)) {
            others.push_back(id);
        } else if (turns.size() < k_most_alone) {
            turns.push_back({id});
        } else {
            turns.back().push_back(id);
        }
    }
    if (!others.empty()) {
        turns.insert(turns.begin(), std::move(others));
    }
    return turns;
}

/// What became of the tests of a further run, as if they belonged to the first.
void add_finals(Journal& journal, const Journal& further) {
    for (const JournalEvent& event : further.events) {
        if (event.event == "final") {
            journal.events.push_back(event);
            journal.events.back().worker = "rerun";
        }
    }
}

/// The line that says what is wrong with the words given: "file or directory not found: x".
std::string first_error(const std::string& output) {
    constexpr std::string_view k_error = "ERROR: ";
    const std::size_t at = output.find(k_error);
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t begin = at + k_error.size();
    return escape_terminal(output.substr(begin, output.find('\n', begin) - begin));
}

/// A sequential collection of the same tests.
Collected collect_sequentially(const RunRequest& request, ProcessLauncher& launcher) {
    ProcessSpec spec;
    spec.argv = words_of(sequential(request));
    spec.argv.insert(spec.argv.end(), {"--collect-only", "-q"});
    spec.directory = request.suite.directory;
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    spec.deadline = request.deadline;
    const auto end = launcher.run(spec, {});
    return end ? Collected{end->exit_code.value_or(k_own_failure), first_error(end->output)}
               : Collected{k_own_failure, ""};
}

}  // namespace

std::vector<std::string> words_of(const RunRequest& request) {
    std::vector<std::string> words = request.suite.command.words();
    const auto more = runner_arguments(
        request.configuration, request.suite.interpreter, request.suite.command.arguments
    );
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Result<RunOutcome> run_configuration(const RunRequest& request, const Instruments& instruments) {
    if (auto obstacle = why_not_runnable(
            request.configuration, request.suite.interpreter, request.suite.command
        )) {
        return tl::unexpected(std::move(*obstacle));
    }
    if (const Status enough = provide_descriptors(request.configuration); !enough) {
        return tl::unexpected(enough.error());
    }
    auto run = play(request, {}, instruments.launcher);
    if (!run) {
        return tl::unexpected(run.error());
    }
    Tally seen = tally(run->journal, run->end.exec_ns, run->was_ended());
    Conclusion conclusion = conclude(run->end, seen, request.configuration);
    if (conclusion.ask_collection) {
        conclusion = conclude_from_collection(collect_sequentially(request, instruments.launcher));
    }
    if (!run->end.timed_out && (!run->stalls.empty() || run->ended_at_exit)) {
        conclusion = conclude_ended(run->stalls, run->ended_at_exit);
    }
    Seconds wall = run->end.wall();
    const bool rerun = request.rerun_lost && !seen.conservation.lost.empty() && !run->was_ended();
    if (rerun) {
        RunRequest once_more = sequential(request);
        auto& arguments = once_more.suite.command.arguments;
        arguments = without_report_files(arguments);
        for (const std::vector<std::string>& turn : turns_of(seen.conservation)) {
            if (request.deadline > Seconds(0)) {
                once_more.deadline = std::max(request.deadline - wall, Seconds(1));
            }
            const auto again = play(once_more, turn, instruments.launcher);
            if (!again) {
                return tl::unexpected(again.error());
            }
            wall += again->end.wall();
            add_finals(run->journal, again->journal);
            if (again->was_ended()) {
                break;
            }
        }
        seen = tally(run->journal, run->end.exec_ns);
        conclusion = conclude_rerun(seen);
    }
    RunOutcome outcome;
    outcome.configuration = request.configuration;
    outcome.command = words_of(request);
    outcome.predicted = request.predicted;
    outcome.sequential_wall = request.sequential_wall;
    outcome.wall = wall;
    outcome.exit_code = conclusion.exit_code;
    outcome.exit_because = conclusion.because;
    outcome.runner_exit_code = run->end.exit_code;
    outcome.runner_signal = run->end.signal;
    outcome.outcomes = std::move(seen.outcomes);
    outcome.conservation = std::move(seen.conservation);
    outcome.workers = std::move(seen.workers);
    outcome.stalls = std::move(run->stalls);
    if (run->end.timed_out) {
        outcome.deadline = request.deadline;
        outcome.at_deadline = std::move(run->at_deadline);
    }
    outcome.new_tests = new_tests(run->journal, request.profiled);
    outcome.surprises = surprises(run->journal, request.profiled);
    outcome.reran_lost = rerun;
    outcome.left_behind = static_cast<std::uint32_t>(run->end.left_behind.size());
    return outcome;
}

}  // namespace advisor
