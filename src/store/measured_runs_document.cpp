#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<MeasuredRun> auto& run) {
    fields.field("configuration", run.configuration);
    fields.field("predicted_s", run.predicted);
    fields.field("wall_s", run.wall);
    fields.field("exit_code", run.exit_code);
    fields.field("ended_utc", run.ended_utc);
}

void describe(auto& fields, Like<MeasuredRuns> auto& measured) {
    fields.field("host", measured.host);
    fields.field("interpreter", measured.interpreter);
    fields.field("calibration", measured.calibration);
    fields.field("runs", measured.runs);
}

std::string to_json(const MeasuredRuns& measured) {
    return write_document(DocumentKind::measured_runs, measured);
}

Result<MeasuredRuns> read_measured_runs(std::string_view text, std::string_view origin) {
    return read_document<MeasuredRuns>(DocumentKind::measured_runs, text, origin);
}

}  // namespace advisor
