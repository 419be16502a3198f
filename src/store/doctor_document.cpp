#include <advisor/store/documents.hpp>

#include "store/document.hpp"

namespace advisor {

void describe(auto& fields, Like<Check> auto& check) {
    fields.field("code", check.code);
    fields.field("subject", check.subject);
    fields.field("health", check.health);
    fields.field("found", check.found);
    fields.field("fix", check.fix);
}

void describe(auto& fields, Like<DoctorReport> auto& report) {
    fields.derived("worst", worst(report));
    fields.field("checks", report.checks);
}

std::string to_json(const DoctorReport& report) {
    return write_document(DocumentKind::doctor, report);
}

Result<DoctorReport> read_doctor(std::string_view text, std::string_view origin) {
    return read_document<DoctorReport>(DocumentKind::doctor, text, origin);
}

}  // namespace advisor
