#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<GateComparison> auto& comparison) {
    fields.field("configuration", comparison.configuration);
    fields.field("base_wall_s", comparison.base_wall);
    fields.field("head_wall_s", comparison.head_wall);
    fields.field("base_speedup", comparison.base_speedup);
    fields.field("head_speedup", comparison.head_speedup);
}

void describe(auto& fields, Like<Culprit> auto& culprit) {
    fields.field("kind", culprit.kind);
    fields.field("subject", culprit.subject);
    fields.field("base_s", culprit.base);
    fields.field("head_s", culprit.head);
    fields.difference("wall_loss_s", culprit.wall_loss);
}

void describe(auto& fields, Like<GateVerdict> auto& verdict) {
    fields.field("outcome", verdict.outcome);
    fields.field("reason", verdict.reason);
    fields.field("threshold", verdict.threshold);
    fields.field("comparisons", verdict.comparisons);
    fields.field("culprits", verdict.culprits);
    fields.field("tests_added", verdict.tests_added);
    fields.field("tests_removed", verdict.tests_removed);
    fields.field("tests_changed", verdict.tests_changed);
}

std::string to_json(const GateVerdict& verdict) {
    return write_document(DocumentKind::gate, verdict);
}

Result<GateVerdict> read_gate(std::string_view text, std::string_view origin) {
    return read_document<GateVerdict>(DocumentKind::gate, text, origin);
}

}  // namespace advisor
