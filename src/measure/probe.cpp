#include "advisor/measure/probe.hpp"

#include <advisor/base/text.hpp>
#include <advisor/dialect/plugins.hpp>
#include <advisor/host/private_directory.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/probe_output.hpp>

#include <fmt/format.h>

namespace advisor {

namespace {

constexpr Seconds k_patience{60};
constexpr Bytes k_longest_answer{4 << 20};
constexpr const char* k_hint =
    "name the suite's interpreter with --python, or its launcher with --command";
constexpr const char* k_passes_nothing_hint =
    "name the interpreter of its environment with --python, such as .tox/py312/bin/python";

ProcessSpec probe_spec(
    const SuiteCommand& command,
    const std::string& directory,
    const PrivateDirectory& place,
    const PluginLoading& probe
) {
    ProcessSpec spec;
    spec.directory = directory;
    spec.input = Stream::discard;
    spec.output = Stream::capture;
    spec.error = Stream::with_output;
    spec.deadline = k_patience;
    spec.environment = {probe.variable};
    if (!command.python.empty()) {
        spec.argv = {command.python, fmt::format("{}/{}", place.path(), probe.file.name)};
        return spec;
    }
    spec.argv = command.launcher;
    spec.argv.insert(spec.argv.end(), probe.words.begin(), probe.words.end());
    // Given once, pytest 9 answers before it loads a plugin.
    spec.argv.insert(spec.argv.end(), {"--version", "--version"});
    spec.path_entries = {{"PYTHONPATH", place.path(), probe.keep_as}};
    return spec;
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \n\r\t");
    if (end == std::string::npos) {
        return "it said nothing";
    }
    const std::size_t before = text.find_last_of('\n', end);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return escape_terminal(text.substr(begin, end + 1 - begin));
}

}  // namespace

Result<Interpreter> probe_interpreter(
    const SuiteCommand& command, const std::string& directory, ProcessLauncher& launcher
) {
    const auto place = PrivateDirectory::create();
    if (!place) {
        return tl::unexpected(place.error());
    }
    const std::string answer_path = place->path() + "/answer";
    const PluginLoading probe = load_probe(answer_path);
    if (const Status written = place->put(probe.file.name, probe.file.text); !written) {
        return tl::unexpected(written.error());
    }
    const auto end = launcher.run(probe_spec(command, directory, *place, probe), {});
    if (!end) {
        Error error = end.error();
        error.hint = error.hint.empty() ? k_hint : error.hint;
        return tl::unexpected(std::move(error));
    }
    const auto answer = read_file(answer_path, k_longest_answer);
    if (!answer) {
        // As tox does, unless told to pass PYTHONPATH.
        const bool passes_nothing =
            end->exit_code != 0 && end->output.find(probe.file.module()) != std::string::npos;
        return fail(
            ErrorKind::environment,
            fmt::format("'{}' does not start Python as expected", join_words(command.launcher)),
            end->timed_out   ? "it did not answer within a minute"
            : passes_nothing ? "it does not pass PYTHONPATH on, by which pytest finds our plugin"
                             : last_line(end->output),
            passes_nothing ? k_passes_nothing_hint : k_hint
        );
    }
    return read_interpreter(*answer);
}

}  // namespace advisor
