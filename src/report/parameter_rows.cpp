#include "report/parameter_rows.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include "report/words.hpp"

namespace advisor::report {

std::vector<ParameterRow> parameter_rows(const ModelParameters& p) {
    const auto row = [](const char* name, Seconds value, const char* meaning) {
        return ParameterRow{name, format_seconds(value), meaning};
    };
    return {
        row("interpreter_start", p.interpreter_start, "wall of `python -c pass`"),
        row("gateway_wall", p.gateway_wall, "one worker's gateway, one after the other"),
        row("gateway_cpu", p.gateway_cpu, "CPU of that, both ends together"),
        row("worker_boot_wall", p.worker_boot_wall, "from the gateway to a ready worker"),
        row("worker_boot_cpu", p.worker_boot_cpu, "CPU of that"),
        row("worker_test_cpu", p.worker_test_cpu, "further CPU of a worker, each test"),
        row("controller_test_cpu", p.controller_test_cpu, "CPU of the controller, each test"),
        row("controller_scope_cpu",
            p.controller_scope_cpu,
            "loadscope and kin: each test and collected test"),
        row("controller_id_cpu", p.controller_id_cpu, "comparing collections: each id and worker"),
        row("message_latency", p.message_latency, "controller to worker, one way"),
        row("worker_exit_wall", p.worker_exit_wall, "from the last test to the end"),
        row("worker_exit_cpu", p.worker_exit_cpu, "CPU of that, each worker"),
        row("fork_wall", p.fork_wall, "fork of a collected process, each worker"),
        row("forked_test_cpu", p.forked_test_cpu, "further CPU of a forked worker, each test"),
        row("forked_parent_cpu", p.forked_parent_cpu, "CPU of the parent, each test"),
        row("recorder_start_cpu", p.recorder.start_cpu, "of a profile: loading the recorder"),
        row("recorder_test_cpu", p.recorder.test_cpu, "of a profile: the recorder, each test"),
        row("gil_switch_interval", p.gil_switch_interval, "sys.getswitchinterval()")};
}

std::string calibration_sentence(const ModelParameters& parameters) {
    const std::string note = prior_note(parameters);
    return note.empty() ? fmt::format(
               "Calibrated {}{}; repeated experiments differed by {}, which widens "
               "every range.",
               parameters.measured_utc,
               parameters.disturbed ? " on a busy machine" : "",
               format_percent(parameters.relative_error)
           )
                        : note;
}

std::vector<std::pair<std::string, SpawnStage>> stages_of(const SpawnCost& spawn) {
    return {
        {"start of Python", spawn.interpreter},
        {"imports of pytest", spawn.pytest},
        {"plugins", spawn.plugins},
        {"collection", spawn.collection},
        {"exit", spawn.exit},
        {"all", spawn.whole}};
}

std::string stages_title(const SpawnCost& spawn) {
    return fmt::format(
        "Seconds to start and end pytest with one empty test, first run and {} more",
        spawn.warm_runs
    );
}

}  // namespace advisor::report
