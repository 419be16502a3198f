#include "measure/empty_suite.hpp"

#include <advisor/dialect/plugins.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/shared_ring.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/probe_output.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace advisor {

namespace {

constexpr int k_files = 6;
constexpr int k_tests_in_file = 100;
constexpr double k_tests = k_files * k_tests_in_file;
constexpr Bytes k_longest_output{64 << 20};

/// What a pytest plugin imports late, the tests that use it have imported before: Hypothesis'
/// plugin imports all of it when pytest ends, which in a suite without tests that use it would make
/// ends of workers cost a second. So a test module, which no controller loads, imports the packages
/// of all distributions that bring a plugin.
constexpr std::string_view k_imports_of_plugins = R"(import contextlib
import importlib
from importlib import metadata


def packages(distribution):
    named = distribution.read_text("top_level.txt")
    if named:
        return set(named.split())
    paths = [path.parts for path in distribution.files or ()]
    return {parts[0] for parts in paths if len(parts) == 2 and parts[1] == "__init__.py"}


for distribution in metadata.distributions():
    if any(entry.group == "pytest11" for entry in distribution.entry_points):
        for name in sorted(packages(distribution)):
            with contextlib.suppress(Exception):
                importlib.import_module(name)


)";

/// Nothing, or an error that says which event a journal lacks.
class Events {
public:
    explicit Events(const Journal& journal)
        : journal_(journal) {}

    /// The first or last event of that name by the controller ("") or a worker.
    const JournalEvent* first(std::string_view name, std::string_view by = "") const {
        const auto found = std::find_if(
            journal_.events.begin(),
            journal_.events.end(),
            [&](const JournalEvent& event) { return event.event == name && event.by == by; }
        );
        return found == journal_.events.end() ? nullptr : &*found;
    }
    const JournalEvent* last(std::string_view name, std::string_view by = "") const {
        const auto found = std::find_if(
            journal_.events.rbegin(),
            journal_.events.rend(),
            [&](const JournalEvent& event) { return event.event == name && event.by == by; }
        );
        return found == journal_.events.rend() ? nullptr : &*found;
    }

private:
    const Journal& journal_;
};

Seconds span(std::int64_t begin_ns, std::int64_t end_ns) {
    return std::max(Seconds(0), between_ns(begin_ns, end_ns));
}

Seconds seconds_of_ns(std::int64_t ns) {
    return between_ns(0, ns);
}

/// CPU of a process that collects and runs tests itself, or lets forked workers run them.
struct CpuParts {
    Seconds of_a_test;  ///< in that process
    Seconds rest;       ///< of all processes, but for what that one used until its end began
};

tl::unexpected<Error> not_understood() {
    return fail(
        ErrorKind::environment,
        "cannot calibrate",
        "pytest or xdist did not do what every supported version does",
        "advisor doctor lists the versions that are installed"
    );
}

Result<CpuParts> cpu_parts(const Journal& journal, Seconds all) {
    const Events events(journal);
    const JournalEvent* collected = events.first("collected");
    const JournalEvent* finished = events.last("finished");
    const JournalEvent* unconfigured = events.last("unconfigured");
    if (collected == nullptr || finished == nullptr || unconfigured == nullptr) {
        return not_understood();
    }
    return CpuParts{
        span(collected->cpu_ns, finished->cpu_ns) / k_tests,
        std::max(Seconds(0), all - seconds_of_ns(unconfigured->cpu_ns))};
}

}  // namespace

Result<EmptySuite> EmptySuite::create(const Interpreter& interpreter) {
    auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    std::string text;
    for (int i = 0; i < k_tests_in_file; ++i) {
        text += fmt::format("def test_{}():\n    pass\n\n", i);
    }
    Status written = place->put("pytest.ini", "[pytest]\n");
    for (int i = 0; i < k_files && written; ++i) {
        const std::string_view before = i == 0 ? k_imports_of_plugins : std::string_view();
        written = place->put(fmt::format("test_empty_{}.py", i), fmt::format("{}{}", before, text));
    }
    std::vector<PluginFile> files = lanes_package();
    for (const PluginFile& file : recorder_modules()) {
        files.push_back(file);
    }
    files.insert(files.end(), {recorder_plugin(), recorder_cost_plugin(), journal_plugin()});
    for (const PluginFile& file : files) {
        if (written) {
            written = place->put(file.name, file.text);
        }
    }
    if (!written) {
        return tl::unexpected(written.error());
    }
    return EmptySuite(std::move(*place), interpreter);
}

Result<ProcessEnd> EmptySuite::run(
    const std::vector<std::string>& words, const PluginLoading& plugin, ProcessLauncher& launcher
) const {
    ProcessSpec spec;
    spec.argv = {interpreter_.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.argv.insert(spec.argv.end(), plugin.words.begin(), plugin.words.end());
    spec.directory = place_.path();
    spec.environment = {plugin.variable, {"PYTEST_ADDOPTS", std::nullopt}};
    spec.path_entries = {{"PYTHONPATH", place_.path(), plugin.keep_as}};
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    spec.deadline = Seconds(120);
    auto end = launcher.run(spec, {});
    if (end && end->exit_code != 0) {
        return fail(
            ErrorKind::environment,
            "cannot calibrate",
            end->forwarded ? "it was interrupted" : "pytest fails on a suite of empty tests",
            "look whether `pytest` works in an empty directory"
        );
    }
    return end;
}

Result<EmptySuite::Run>
EmptySuite::run(const char* configuration, ProcessLauncher& launcher) const {
    const std::string path = place_.path() + "/journal";
    if (const Status emptied = place_.put("journal", ""); !emptied) {
        return tl::unexpected(emptied.error());
    }
    const std::vector<std::string> words =
        runner_arguments(parse_configuration(configuration).value(), interpreter_, {});
    auto end = run(words, load_journal(path), launcher);
    if (!end) {
        return tl::unexpected(end.error());
    }
    const auto text = read_file(path, k_longest_output);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return Run{std::move(*end), read_journal(*text)};
}

Result<SequentialRun> EmptySuite::run_sequential(ProcessLauncher& launcher) const {
    const auto run = this->run("sequential", launcher);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const auto cpu = cpu_parts(run->journal, run->end.cpu());
    if (!cpu) {
        return tl::unexpected(cpu.error());
    }
    SequentialRun seen;
    seen.test_cpu = cpu->of_a_test;
    seen.exit_cpu = cpu->rest;
    return seen;
}

Result<WorkerRun> EmptySuite::run_with_worker(ProcessLauncher& launcher) const {
    const auto run = this->run("processes=1,dist=load", launcher);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const Events events(run->journal);
    const JournalEvent* session = events.first("session");
    const JournalEvent* gateway = events.first("gateway");
    const JournalEvent* ready = events.first("ready");
    const JournalEvent* first_test = events.first("final");
    const JournalEvent* last_test = events.last("final");
    const JournalEvent* unconfigured = events.last("unconfigured");
    const JournalEvent* worker_session = events.first("session", "gw0");
    const JournalEvent* worker_collected = events.first("collected", "gw0");
    const JournalEvent* worker_finished = events.last("finished", "gw0");
    for (const JournalEvent* event :
         {session,
          gateway,
          ready,
          first_test,
          last_test,
          unconfigured,
          worker_session,
          worker_collected,
          worker_finished}) {
        if (event == nullptr) {
            return not_understood();
        }
    }
    WorkerRun seen;
    seen.gateway_wall = span(session->ns, gateway->ns);
    seen.gateway_cpu = span(session->cpu_ns, gateway->cpu_ns);
    seen.boot_wall = span(gateway->ns, ready->ns);
    seen.boot_cpu = seconds_of_ns(worker_session->cpu_ns);
    seen.worker_test_cpu = span(worker_collected->cpu_ns, worker_finished->cpu_ns) / k_tests;
    seen.controller_test_cpu = span(first_test->cpu_ns, last_test->cpu_ns) / (k_tests - 1);
    seen.exit_wall = span(last_test->ns, run->end.exit_ns);
    seen.exit_cpu = std::max(
        Seconds(0),
        run->end.cpu() - seconds_of_ns(unconfigured->cpu_ns)
            - seconds_of_ns(worker_finished->cpu_ns)
    );
    return seen;
}

Result<ForkedRun> EmptySuite::run_forked(ProcessLauncher& launcher) const {
    const auto run = this->run("forked=1", launcher);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const auto cpu = cpu_parts(run->journal, run->end.cpu());
    if (!cpu) {
        return tl::unexpected(cpu.error());
    }
    ForkedRun seen;
    seen.tests = k_tests;
    seen.parent_test_cpu = cpu->of_a_test;
    seen.rest_cpu = cpu->rest;
    return seen;
}

Result<RecordedHalf> EmptySuite::run_half_recorded(ProcessLauncher& launcher) const {
    const auto ring = SharedRing::create();  // holds all frames of so few tests
    if (!ring) {
        return tl::unexpected(ring.error());
    }
    const std::string answer = place_.path() + "/recorder_cost.json";
    if (Status emptied = write_file(answer, ""); !emptied) {  // that of the run before
        return tl::unexpected(emptied.error());
    }
    const auto end =
        run({"-p", recorder_cost_plugin().module()}, load_recorder(ring->path()), launcher);
    if (!end) {
        return tl::unexpected(end.error());
    }
    const auto text = read_file(answer, k_longest_output);
    if (!text) {
        return tl::unexpected(text.error());
    }
    return read_recorded_half(*text);
}

}  // namespace advisor
