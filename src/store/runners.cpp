#include <advisor/store/runners.hpp>

#include <algorithm>
#include <array>

#include "store/embedded.hpp"
#include "store/enum_names.hpp"
#include "store/reviewed_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<RunnerRule> auto& rule) {
    fields.field("name", rule.name);
    fields.field("since", rule.since);
    fields.field("rule", rule.rule);
}

void describe(auto& fields, Like<RunnerDefect> auto& defect) {
    fields.field("code", defect.code);
    fields.field("severity", defect.severity);
    fields.field("versions", defect.versions);
    fields.field("what", defect.what);
    fields.field("source", defect.source);
}

namespace {

Runner runner_in(FieldReader& fields) {
    Runner runner;
    fields.field("name", runner.name);
    fields.field("module", runner.module);
    fields.field("kinds", runner.kinds);
    fields.field("use", runner.use);
    fields.field("use_because", runner.use_because);
    fields.field("versions", runner.versions);
    fields.field("python_versions", runner.python_versions);
    fields.field("pytest_versions", runner.pytest_versions);
    fields.field("boot", runner.boot);
    fields.field("collection", runner.collection);
    fields.field("fixtures", runner.fixtures);
    runner.start_cpu = reviewed_seconds(fields, "start_cpu");
    runner.test_cpu = reviewed_seconds(fields, "test_cpu");
    fields.field("rules", runner.rules);
    fields.field("defects", runner.defects);
    return runner;
}

}  // namespace

std::vector<Runner> shipped_runners() {
    const std::array files{
        embedded_advisor_workers_json(),
        embedded_pytest_concurrency_json(),
        embedded_pytest_freethreaded_json(),
        embedded_pytest_multithreading_json(),
        embedded_pytest_parallel_json(),
        embedded_pytest_run_parallel_json(),
        embedded_pytest_threadlanes_json(),
        embedded_pytest_threadpool_json(),
        embedded_pytest_xdist_json(),
    };
    std::vector<Runner> runners;
    runners.reserve(files.size());
    for (const std::string_view file : files) {
        runners.push_back(from_embedded(file, runner_in));
    }
    std::sort(runners.begin(), runners.end(), [](const Runner& a, const Runner& b) {
        return a.name < b.name;
    });
    return runners;
}

}  // namespace advisor
