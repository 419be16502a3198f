#include "advisor/dialect/plugins.hpp"

#include <fmt/format.h>

#include "dialect/embedded.hpp"

namespace advisor {

namespace {

PluginLoading loading(const PythonFile& file, const char* variable, const std::string& path) {
    PluginLoading load;
    load.file = file;
    load.words = {"-p", file.module()};
    load.variable = {variable, path};
    load.keep_as = fmt::format("{}_PYTHONPATH", variable);
    return load;
}

}  // namespace

PythonFile recorder_plugin() {
    return {"advisor_recorder.py", embedded_advisor_recorder_py()};
}

PythonFile recorder_ring() {
    return {"advisor_ring.py", embedded_advisor_ring_py()};
}

PythonFile journal_plugin() {
    return {"advisor_journal.py", embedded_advisor_journal_py()};
}

PythonFile planned_plugin() {
    return {"advisor_planned.py", embedded_advisor_planned_py()};
}

PythonFile probe_plugin() {
    return {"advisor_probe.py", embedded_advisor_probe_py()};
}

PythonFile capacity_script() {
    return {"advisor_capacity.py", embedded_advisor_capacity_py()};
}

PluginLoading load_recorder(const std::string& ring_path) {
    PluginLoading load = loading(recorder_plugin(), "ADVISOR_RECORDER_RING", ring_path);
    load.keep_as = "ADVISOR_RECORDER_PYTHONPATH";
    load.modules = {recorder_ring()};
    return load;
}

PluginLoading load_journal(const std::string& journal_path) {
    return loading(journal_plugin(), "ADVISOR_JOURNAL", journal_path);
}

std::optional<PluginLoading>
load_runner(const Configuration& configuration, const std::string& deal_path) {
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr || processes->dist != Distribution::planned) {
        return std::nullopt;
    }
    PluginLoading load = loading(planned_plugin(), "ADVISOR_DEAL", deal_path);
    load.keep_as.clear();
    return load;
}

PluginLoading load_probe(const std::string& answer_path) {
    return loading(probe_plugin(), "ADVISOR_PROBE_FILE", answer_path);
}

}  // namespace advisor
