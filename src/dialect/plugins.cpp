#include "advisor/dialect/plugins.hpp"

#include <fmt/format.h>

#include "dialect/embedded.hpp"

namespace advisor {

namespace {

PluginLoading loading(const PluginFile& file, const char* variable, const std::string& path) {
    PluginLoading load;
    load.file = file;
    load.words = {"-p", file.module()};
    load.variable = {variable, path};
    load.keep_as = fmt::format("{}_PYTHONPATH", variable);
    return load;
}

}  // namespace

PluginFile recorder_plugin() {
    return {"advisor_recorder.py", embedded_advisor_recorder_py()};
}

std::vector<PluginFile> recorder_modules() {
    return {
        {"advisor_alone.py", embedded_advisor_alone_py()},
        {"advisor_gil.py", embedded_advisor_gil_py()},
        {"advisor_hazards.py", embedded_advisor_hazards_py()},
        {"advisor_items.py", embedded_advisor_items_py()},
        {"advisor_leftovers.py", embedded_advisor_leftovers_py()},
        {"advisor_marks.py", embedded_advisor_marks_py()},
        {"advisor_native.py", embedded_advisor_native_py()},
        {"advisor_ring.py", embedded_advisor_ring_py()},
        {"advisor_standard.py", embedded_advisor_standard_py()},
        {"advisor_steps.py", embedded_advisor_steps_py()},
        {"advisor_unittest.py", embedded_advisor_unittest_py()},
        {"advisor_writer.py", embedded_advisor_writer_py()},
        {"libadvisor_writer.so", embedded_libadvisor_writer_so()},
    };
}

PluginFile recorder_cost_plugin() {
    return {"advisor_recorder_cost.py", embedded_advisor_recorder_cost_py()};
}

PluginFile journal_plugin() {
    return {"advisor_journal.py", embedded_advisor_journal_py()};
}

PluginFile planned_plugin() {
    return {"advisor_planned.py", embedded_advisor_planned_py()};
}

PluginFile probe_plugin() {
    return {"advisor_probe.py", embedded_advisor_probe_py()};
}

PluginFile capacity_script() {
    return {"advisor_capacity.py", embedded_advisor_capacity_py()};
}

std::vector<PluginFile> lanes_package() {
    return {
        {"advisor_alone.py", embedded_advisor_alone_py()},
        {"advisor_hazards.py", embedded_advisor_hazards_py()},
        {"advisor_lanes/__init__.py", embedded_advisor_lanes_py()},
        {"advisor_lanes/carry.py", embedded_carry_py()},
        {"advisor_lanes/coverage_data.py", embedded_coverage_data_py()},
        {"advisor_lanes/identity.py", embedded_identity_py()},
        {"advisor_lanes/lane.py", embedded_lane_py()},
        {"advisor_lanes/lane_exceptions.py", embedded_lane_exceptions_py()},
        {"advisor_lanes/lane_guarded.py", embedded_lane_guarded_py()},
        {"advisor_lanes/lane_guards.py", embedded_lane_guards_py()},
        {"advisor_lanes/lane_output.py", embedded_lane_output_py()},
        {"advisor_lanes/lane_refusals.py", embedded_lane_refusals_py()},
        {"advisor_lanes/lane_run.py", embedded_lane_run_py()},
        {"advisor_lanes/lane_streams.py", embedded_lane_streams_py()},
        {"advisor_lanes/lane_units.py", embedded_lane_units_py()},
        {"advisor_lanes/lane_warnings.py", embedded_lane_warnings_py()},
        {"advisor_lanes/lane_worker.py", embedded_lane_worker_py()},
        {"advisor_lanes/plan.py", embedded_plan_py()},
        {"advisor_lanes/plugins.py", embedded_plugins_py()},
        {"advisor_lanes/pool.py", embedded_pool_py()},
        {"advisor_lanes/private.py", embedded_private_py()},
        {"advisor_lanes/private_threads.py", embedded_private_threads_py()},
        {"advisor_lanes/replay.py", embedded_replay_py()},
        {"advisor_lanes/shares.py", embedded_shares_py()},
        {"advisor_lanes/threads.py", embedded_threads_py()},
        {"advisor_lanes/wire.py", embedded_wire_py()},
        {"advisor_lanes/worker.py", embedded_worker_py()},
        {"advisor_lanes/xdist_fixtures.py", embedded_xdist_fixtures_py()},
    };
}

GilCounter gil_counter(const std::string& ring_path) {
    return {
        "libadvisor_gil.so",
        embedded_libadvisor_gil_so(),
        {"ADVISOR_GIL_COUNTERS", ring_path},
        "ADVISOR_GIL_LD_PRELOAD"};
}

PluginLoading load_recorder(const std::string& ring_path) {
    PluginLoading load = loading(recorder_plugin(), "ADVISOR_RECORDER_RING", ring_path);
    load.keep_as = "ADVISOR_RECORDER_PYTHONPATH";
    load.modules = recorder_modules();
    return load;
}

PluginLoading load_journal(const std::string& journal_path) {
    return loading(journal_plugin(), "ADVISOR_JOURNAL", journal_path);
}

std::optional<PluginLoading>
load_runner(const Configuration& configuration, const std::string& deal_path) {
    if (!is_planned(configuration)) {
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
