#include <advisor/store/model_data.hpp>

#include "store/embedded.hpp"
#include "store/reviewed_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<ErrorFigures> auto& errors) {
    fields.field("mean_percent", errors.mean);
    fields.field("median_percent", errors.median);
    fields.field("p90_percent", errors.p90);
    fields.field("max_percent", errors.max);
}

void describe(auto& fields, Like<RangeScores> auto& scores) {
    fields.field("kind", scores.kind);
    fields.field("wall", scores.wall);
    fields.field("speedup", scores.speedup);
}

void describe(auto& fields, Like<SuiteAccuracy> auto& suite) {
    fields.field("suite", suite.suite);
    fields.field("tests", suite.tests);
    fields.field("points", suite.points);
    fields.field("mean_percent", suite.mean_percent);
    fields.field("max_percent", suite.max_percent);
    fields.field("kendall_tau", suite.kendall_tau);
    fields.field("regret_percent", suite.regret_percent);
    fields.field("recommended", suite.recommended);
    fields.field("ranges", suite.ranges);
}

void describe(auto& fields, Like<Rival> auto& rival) {
    fields.field("name", rival.name);
    describe(fields, rival.errors);
}

namespace {

Accuracy accuracy_in(FieldReader& fields) {
    Accuracy accuracy;
    fields.field("date", accuracy.date);
    fields.field("commit", accuracy.commit);
    fields.object("machine", [&](FieldReader& machine) {
        machine.field("cpu", accuracy.cpu);
        machine.field("cores", accuracy.cores);
    });
    fields.object("figures", [&](FieldReader& figures) {
        describe(figures, accuracy.errors);
        figures.field("speedup_mean_percent", accuracy.speedup_mean_percent);
        figures.field("regret_mean_percent", accuracy.regret_mean_percent);
        figures.field("coverage_percent", accuracy.coverage_percent);
        figures.field("slower_than_sequential", accuracy.slower_than_sequential);
    });
    fields.field("suites", accuracy.suites);
    fields.field("rivals", accuracy.rivals);
    return accuracy;
}

}  // namespace

Accuracy shipped_accuracy() {
    return from_embedded(embedded_accuracy_json(), accuracy_in);
}

std::string_view shipped_accuracy_json() {
    return embedded_accuracy_json();
}

}  // namespace advisor
