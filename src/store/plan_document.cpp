#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"
#include "store/machine_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<PlanPoint> auto& point) {
    fields.field("machine", point.machine);
    fields.field("configuration", point.configuration);
    fields.field("wall_s", point.wall);
    fields.field("peak_memory_bytes", point.peak_memory);
    fields.field("billed_minutes", point.billed_minutes);
    fields.field("cost", point.cost);
    fields.field("meets_target", point.meets_target);
    fields.field("fits_memory", point.fits_memory);
}

void describe(auto& fields, Like<CapacityPlan> auto& plan) {
    fields.field("target_s", plan.target);
    fields.field("chosen", plan.chosen);
    fields.field("reason", plan.reason);
    fields.field("prices_as_of", plan.prices_as_of);
    fields.field("points", plan.points);
    fields.require(
        !plan.chosen || *plan.chosen < plan.points.size(), "chosen", "is not an index of the points"
    );
}

std::string to_json(const CapacityPlan& plan) {
    return write_document(DocumentKind::plan, plan);
}

Result<CapacityPlan> read_plan(std::string_view text, std::string_view origin) {
    return read_document<CapacityPlan>(DocumentKind::plan, text, origin);
}

}  // namespace advisor
