#pragma once

// The Python files that are compiled into the binary, and how pytest is made to load them. What
// each does stands at its top. They are written to a private directory for the time of a run.

#include <advisor/domain/configuration.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advisor {

struct PluginFile {
    std::string_view name;  ///< file name; without ".py" the module for `-p`
    std::string_view text;

    [[nodiscard]] std::string module() const {
        return std::string(name.substr(0, name.size() - 3));
    }
};

[[nodiscard]] PluginFile recorder_plugin();
/// What the recorder imports, and the library with which it writes.
[[nodiscard]] std::vector<PluginFile> recorder_modules();
[[nodiscard]] PluginFile recorder_cost_plugin();
[[nodiscard]] PluginFile journal_plugin();
[[nodiscard]] PluginFile planned_plugin();
[[nodiscard]] PluginFile probe_plugin();
[[nodiscard]] PluginFile capacity_script();

/// The package advisor_lanes, which runs `forked`: names are paths in the directory of a run. It is
/// loaded by the words of the configuration (runner.hpp).
[[nodiscard]] std::vector<PluginFile> lanes_package();

/// A plugin in a directory of its own. The directory is to be put before PYTHONPATH, whose old
/// value the plugin finds under `keep_as` and puts back.
struct PluginLoading {
    PluginFile file;
    std::vector<PluginFile> modules;               ///< that it imports, to lie beside it
    std::vector<std::string> words;                ///< to follow pytest's other arguments
    std::pair<std::string, std::string> variable;  ///< tells the plugin where to write
    std::string keep_as;  ///< empty: the plugin leaves PYTHONPATH to another
};

/// The library that counts the GIL (plugin/advisor_gil.c), to lie beside the recorder and to be the
/// last of LD_PRELOAD, whose old value the recorder finds under `keep_as` and puts back.
struct GilCounter {
    std::string_view name;
    std::string_view bytes;
    std::pair<std::string, std::string> variable;  ///< tells it where to count
    std::string keep_as;
};

[[nodiscard]] GilCounter gil_counter(const std::string& ring_path);

[[nodiscard]] PluginLoading load_recorder(const std::string& ring_path);
[[nodiscard]] PluginLoading load_journal(const std::string& journal_path);
[[nodiscard]] PluginLoading load_probe(const std::string& answer_path);

/// What a configuration needs besides the journal, whose directory it shares: nothing where the
/// runner is pytest's or xdist's own. `deal_path` is where the deal will stand (store/deal.hpp).
[[nodiscard]] std::optional<PluginLoading>
load_runner(const Configuration& configuration, const std::string& deal_path);

}  // namespace advisor
