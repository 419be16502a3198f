#include "advisor/store/probe_output.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "store/json_fields.hpp"
#include "store/json_text.hpp"

namespace advisor {

namespace {

std::optional<std::string> unless_empty(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

/// The members of the probe's object; the domain's Interpreter has other names for documents.
Interpreter interpreter_in(const Place& at) {
    Interpreter interpreter;
    std::string pytest;
    std::string xdist;
    std::vector<std::vector<std::string>> plugins;
    FieldReader fields(at);
    fields.field("executable", interpreter.executable);
    fields.field("version", interpreter.version);
    fields.field("implementation", interpreter.implementation);
    fields.field("free_threaded", interpreter.free_threaded);
    fields.field("pytest", pytest);
    fields.field("xdist", xdist);
    fields.field("plugins", plugins);
    interpreter.pytest_version = unless_empty(std::move(pytest));
    interpreter.xdist_version = unless_empty(std::move(xdist));
    for (std::vector<std::string>& plugin : plugins) {
        if (plugin.size() == 2) {
            interpreter.plugins.push_back({std::move(plugin[0]), std::move(plugin[1])});
        }
    }
    return interpreter;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return lines;
}

/// Of an answer that is no JSON, or not the members that it should have.
tl::unexpected<Error>
unreadable(const char* what, const tl::expected<Json, std::string>& json, const Trouble& trouble) {
    return fail(ErrorKind::environment, what, json ? trouble.because() : json.error());
}

}  // namespace

Result<Interpreter> read_interpreter(std::string_view text) {
    std::string because = "it printed nothing";
    for (const std::string_view line : lines_of(text)) {
        if (!line.starts_with('{')) {
            continue;
        }
        const auto json = parse_json(line, Extent::whole);
        if (!json) {
            because = json.error();
            continue;
        }
        Trouble trouble;
        Interpreter interpreter = interpreter_in(Place(*json, trouble));
        if (!trouble.found()) {
            return interpreter;
        }
        because = trouble.because();
    }
    return fail(ErrorKind::environment, "cannot learn what the interpreter is", because);
}

Result<std::vector<CapacitySample>> read_capacity(std::string_view text) {
    std::vector<CapacitySample> samples;
    std::set<std::uint32_t> seen;
    std::uint32_t round = 0;
    for (const std::string_view line : lines_of(text)) {
        const auto json = parse_json(line, Extent::whole);
        Trouble trouble;
        CapacitySample sample;
        if (json) {
            const Place at(*json, trouble);
            FieldReader fields(at);
            fields.field("processes", sample.processes);
            fields.field("units", sample.units_per_s);
        }
        constexpr const char* k_what = "cannot measure the capacity of the cores";
        if (!json || trouble.found()) {
            return unreadable(k_what, json, trouble);
        }
        if (sample.processes == 0 || sample.units_per_s <= 0) {
            return fail(ErrorKind::environment, k_what, "a process is said to have done no work");
        }
        if (!seen.insert(sample.processes).second) {
            seen = {sample.processes};
            ++round;
        }
        sample.round = round;
        samples.push_back(sample);
    }
    return samples;
}

Result<RecordedHalf> read_recorded_half(std::string_view text) {
    const auto json = parse_json(text, Extent::whole);
    Trouble trouble;
    RecordedHalf half;
    if (json) {
        const Place at(*json, trouble);
        FieldReader fields(at);
        fields.field("start", half.start_cpu);
        fields.field("with", half.tests_with);
        fields.field("without", half.tests_without);
    }
    if (!json || trouble.found()) {
        return unreadable("cannot measure what the recorder costs", json, trouble);
    }
    return half;
}

}  // namespace advisor
