#include "advisor/dialect/plugins.hpp"

#include "dialect/embedded.hpp"

namespace advisor {

PythonFile recorder_plugin() {
    return {"advisor_recorder.py", embedded_advisor_recorder_py()};
}

PythonFile journal_plugin() {
    return {"advisor_journal.py", embedded_advisor_journal_py()};
}

PythonFile probe_plugin() {
    return {"advisor_probe.py", embedded_advisor_probe_py()};
}

PythonFile capacity_script() {
    return {"advisor_capacity.py", embedded_advisor_capacity_py()};
}

}  // namespace advisor
