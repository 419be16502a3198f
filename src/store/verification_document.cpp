#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<VerifiedConfiguration> auto& run) {
    fields.field("prediction", run.prediction);
    fields.field("walls_s", run.walls);
    fields.field("exit_codes", run.exit_codes);
    fields.field("wall_s", run.wall);
    fields.field("speedup", run.speedup);
    fields.field("broken_because", run.broken_because);
}

void describe(auto& fields, Like<Verification> auto& verification) {
    fields.field("holds", verification.holds);
    fields.field("reason", verification.reason);
    fields.field("noise", verification.noise);
    fields.field("configurations", verification.configurations);
}

std::string to_json(const Verification& verification) {
    return write_document(DocumentKind::verification, verification);
}

Result<Verification> read_verification(std::string_view text, std::string_view origin) {
    return read_document<Verification>(DocumentKind::verification, text, origin);
}

}  // namespace advisor
