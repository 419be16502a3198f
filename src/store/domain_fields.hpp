#pragma once

// The fields of values that stand in more than one document.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/configuration.hpp>
#include <advisor/domain/host.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/store/model_data.hpp>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include "store/json_fields.hpp"

namespace advisor {

template <typename T>
struct Codec<Interval<T>> {
    static Json json(const Interval<T>& interval) {
        Json object = Json::object();
        object["low"] = Codec<T>::json(interval.low);
        object["mid"] = Codec<T>::json(interval.mid);
        object["high"] = Codec<T>::json(interval.high);
        return object;
    }
    static Interval<T> read(const Place& at) {
        Interval<T> interval;
        FieldReader fields(at);
        fields.field("low", interval.low);
        fields.field("mid", interval.mid);
        fields.field("high", interval.high);
        return interval;
    }
};

/// The spec says all; kind and label are for those who do not parse specs.
void describe_configuration(auto& fields, Like<Configuration> auto& configuration) {
    std::string text = spec(configuration);
    fields.field("spec", text);
    fields.derived("kind", std::string(kind_of(configuration)));
    fields.derived("label", label(configuration));
    if constexpr (std::remove_reference_t<decltype(fields)>::k_reads) {
        const auto parsed = parse_configuration(text);
        if (parsed) {
            configuration = *parsed;
        }
        fields.require(parsed.has_value(), "spec", "is not the spec of a configuration");
    }
}

void describe(auto& fields, Like<Configuration> auto& configuration) {
    describe_configuration(fields, configuration);
}

/// A configuration and the argv that runs it, as one object.
void describe_configuration(auto& fields, auto& configuration, auto& command) {
    fields.object("configuration", [&](auto& inner) {
        describe_configuration(inner, configuration);
        inner.field("command", command);
    });
}

void describe(auto& fields, Like<Missing> auto& missing) {
    fields.field("what", missing.what);
    fields.field("because", missing.because);
}

void describe(auto& fields, Like<Host> auto& host) {
    fields.field("cpu_model", host.cpu_model);
    fields.field("kernel", host.kernel);
    fields.field("cores_online", host.cores_online);
    fields.field("cores_allowed", host.cores_allowed);
    fields.optional_field("cores_of_suite", host.cores_of_suite);
    fields.measured("cpu_quota_cores", "cpu_quota_source", host.cpu_quota);
    fields.field("memory_total_bytes", host.memory_total);
    fields.measured("memory_limit_bytes", "memory_limit_source", host.memory_limit);
    fields.field("rung", host.rung);
}

void describe(auto& fields, Like<Package> auto& package) {
    fields.field("name", package.name);
    fields.field("version", package.version);
}

void describe(auto& fields, Like<Interpreter> auto& interpreter) {
    fields.field("executable", interpreter.executable);
    fields.field("version", interpreter.version);
    fields.field("implementation", interpreter.implementation);
    fields.field("free_threaded", interpreter.free_threaded);
    fields.field("pytest_version", interpreter.pytest_version);
    fields.field("xdist_version", interpreter.xdist_version);
    fields.field("plugins", interpreter.plugins);
}

void describe(auto& fields, Like<CapacityPoint> auto& point) {
    fields.field("runnable", point.runnable);
    fields.field("capacity_cores", point.capacity);
}

/// The model divides by the distance of two points and reads the first one.
[[nodiscard]] inline bool is_capacity_curve(const std::vector<CapacityPoint>& points) {
    const auto not_rising = [](const CapacityPoint& a, const CapacityPoint& b) {
        return a.runnable >= b.runnable;
    };
    return !points.empty() && points.front().runnable == 1
           && std::all_of(
               points.begin(), points.end(), [](const CapacityPoint& p) { return p.capacity > 0; }
           )
           && std::adjacent_find(points.begin(), points.end(), not_rising) == points.end();
}

void require_capacity_curve(
    auto& fields, std::string_view key, const std::vector<CapacityPoint>& points
) {
    fields.require(is_capacity_curve(points), key, "does not rise from one runnable process");
}

void describe(auto& fields, Like<SpawnStage> auto& stage) {
    fields.field("first_s", stage.first);
    fields.field("median_s", stage.median);
    fields.field("mad_s", stage.mad);
}

void describe(auto& fields, Like<ImportCost> auto& import) {
    fields.field("module", import.module);
    fields.field("depth", import.depth);
    fields.field("self_s", import.self);
    fields.field("total_s", import.total);
}

void describe(auto& fields, Like<SpawnCost> auto& spawn) {
    fields.field("warm_runs", spawn.warm_runs);
    fields.field("interpreter", spawn.interpreter);
    fields.field("pytest", spawn.pytest);
    fields.field("plugins", spawn.plugins);
    fields.field("collection", spawn.collection);
    fields.field("exit", spawn.exit);
    fields.field("whole", spawn.whole);
    fields.field("imported", spawn.imported);
}

void describe(auto& fields, Like<ModelParameters> auto& parameters) {
    fields.field("interpreter_start_s", parameters.interpreter_start);
    fields.field("gateway_wall_s", parameters.gateway_wall);
    fields.field("gateway_cpu_s", parameters.gateway_cpu);
    fields.field("worker_boot_wall_s", parameters.worker_boot_wall);
    fields.field("worker_boot_cpu_s", parameters.worker_boot_cpu);
    fields.field("worker_test_cpu_s", parameters.worker_test_cpu);
    fields.field("controller_test_cpu_s", parameters.controller_test_cpu);
    fields.field("controller_scope_cpu_s", parameters.controller_scope_cpu);
    fields.field("controller_id_cpu_s", parameters.controller_id_cpu);
    fields.field("message_latency_s", parameters.message_latency);
    fields.field("worker_exit_wall_s", parameters.worker_exit_wall);
    fields.field("worker_exit_cpu_s", parameters.worker_exit_cpu);
    fields.field("fork_wall_s", parameters.fork_wall);
    if constexpr (std::remove_cvref_t<decltype(fields)>::k_reads) {
        const ModelParameters priors = prior_parameters();
        parameters.forked_test_cpu = priors.forked_test_cpu;
        parameters.forked_parent_cpu = priors.forked_parent_cpu;
        parameters.recorder = priors.recorder;
        parameters.scored = priors.scored;
    }
    fields.later_field("forked_test_cpu_s", parameters.forked_test_cpu);
    fields.later_field("forked_parent_cpu_s", parameters.forked_parent_cpu);
    fields.later_field("recorder_start_cpu_s", parameters.recorder.start_cpu);
    fields.later_field("recorder_test_cpu_s", parameters.recorder.test_cpu);
    fields.field("gil_switch_interval_s", parameters.gil_switch_interval);
    fields.field("capacity", parameters.capacity);
    require_capacity_curve(fields, "capacity", parameters.capacity);
    fields.field("source", parameters.source);
    fields.field("relative_error", parameters.relative_error);
    fields.field("fingerprint", parameters.fingerprint);
    fields.field("measured_utc", parameters.measured_utc);
    fields.later_field("disturbed", parameters.disturbed);
    fields.optional_field("spawn", parameters.spawn);
}

void describe(auto& fields, Like<Prediction> auto& prediction) {
    describe_configuration(fields, prediction.configuration, prediction.command);
    fields.field("rank", prediction.rank);
    fields.field("tied_with_best", prediction.tied_with_best);
    fields.later_field("asked_for", prediction.asked_for);
    fields.field("wall_s", prediction.wall);
    fields.field("speedup", prediction.speedup);
    fields.later_field("range_calibrated", prediction.range_calibrated);
    fields.later_field("learned_factor", prediction.learned);
    fields.require(prediction.learned > 0.0, "learned_factor", "is not positive");
    fields.field("lower_bound_s", prediction.lower_bound);
    fields.field("bound_by", prediction.bound_by);
    fields.field("bound_subject", prediction.bound_subject);
    fields.field("peak_memory_bytes", prediction.peak_memory);
    fields.field("fits_memory", prediction.fits_memory);
    fields.field("can_run", prediction.can_run);
    fields.field("cannot_run_because", prediction.cannot_run_because);
    fields.field("breakdown_s", prediction.breakdown);
}

}  // namespace advisor
