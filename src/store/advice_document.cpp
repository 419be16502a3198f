#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

namespace {

bool is_predicted(const Advice& advice, const std::string& configuration) {
    return std::any_of(
        advice.predictions.begin(),
        advice.predictions.end(),
        [&](const Prediction& prediction) {
            return spec(prediction.configuration) == configuration;
        }
    );
}

}  // namespace

void describe(auto& fields, Like<Finding> auto& finding) {
    fields.field("code", finding.code);
    fields.field("severity", finding.severity);
    fields.field("subjects", finding.subjects);
    fields.field("numbers", finding.numbers);
    fields.field("message", finding.message);
    fields.field("fix", finding.fix);
}

void describe(auto& fields, Like<MeasuredWith> auto& measured_with) {
    fields.field("rung", measured_with.rung);
    fields.field("missing", measured_with.missing);
}

void describe(auto& fields, Like<Advice> auto& advice) {
    fields.object("suite", [&](auto& suite) {
        suite.field("tests", advice.tests);
        suite.field("files", advice.files);
        suite.field("command", advice.command);
        suite.field("directory", advice.directory);
    });
    fields.field("host", advice.host);
    fields.field("interpreter", advice.interpreter);
    fields.field("sequential_wall_s", advice.sequential_wall);
    fields.field("suite_failed", advice.suite_failed);
    fields.later_field("learned_from_runs", advice.learned_from);
    fields.field("recommended", advice.recommended);
    fields.field("reason", advice.reason);
    fields.field("predictions", advice.predictions);
    fields.require(
        advice.recommended.empty() || is_predicted(advice, advice.recommended),
        "recommended",
        "is not among the predictions"
    );
    fields.field("findings", advice.findings);
    fields.field("measured_with", advice.measured_with);
    fields.field("parameters", advice.parameters);
}

std::string to_json(const Advice& advice) {
    return write_document(DocumentKind::advice, advice);
}

Result<Advice> read_advice(std::string_view text, std::string_view origin) {
    return read_document<Advice>(DocumentKind::advice, text, origin);
}

}  // namespace advisor
