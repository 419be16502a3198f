#pragma once

// The Python files that are compiled into the binary. What each does stands at its top. They are
// written to a private directory for the time of a run.

#include <string>
#include <string_view>

namespace advisor {

struct PythonFile {
    std::string_view name;  ///< file name; without ".py" the module for `-p`
    std::string_view text;

    [[nodiscard]] std::string module() const {
        return std::string(name.substr(0, name.size() - 3));
    }
};

[[nodiscard]] PythonFile recorder_plugin();
[[nodiscard]] PythonFile journal_plugin();
[[nodiscard]] PythonFile probe_plugin();
[[nodiscard]] PythonFile capacity_script();

}  // namespace advisor
