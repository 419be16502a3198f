#include <advisor/store/documents.hpp>

#include "store/document.hpp"
#include "store/domain_fields.hpp"

namespace advisor {

void describe(auto& fields, Like<Sighting> auto& sighting) {
    fields.field("id", sighting.id);
    fields.field("worker", sighting.worker);
    fields.field("outcome", sighting.outcome);
}

void describe(auto& fields, Like<Conservation> auto& conservation) {
    fields.field("collected", conservation.collected);
    fields.field("final", conservation.final);
    fields.field("lost", conservation.lost);
    fields.field("not_run", conservation.not_run);
    fields.field("duplicated", conservation.duplicated);
    fields.field("contradicted", conservation.contradicted);
    fields.field("sightings", conservation.sightings);
}

void describe(auto& fields, Like<WorkerUse> auto& worker) {
    fields.field("name", worker.name);
    fields.measured("busy_s", "busy_source", worker.busy);
    fields.measured("boot_s", "boot_source", worker.boot);
    fields.field("tests", worker.tests);
}

void describe(auto& fields, Like<Stall> auto& stall) {
    fields.field("id", stall.id);
    fields.field("worker", stall.worker);
    fields.field("after_s", stall.after);
    fields.field("profiled_s", stall.profiled);
    fields.field("stacks", stall.stacks);
}

void describe(auto& fields, Like<Surprise> auto& surprise) {
    fields.field("id", surprise.id);
    fields.field("profiled_s", surprise.profiled);
    fields.field("measured_s", surprise.measured);
}

void describe(auto& fields, Like<RunOutcome> auto& outcome) {
    describe_configuration(fields, outcome.configuration, outcome.command);
    fields.field("predicted", outcome.predicted);
    fields.field("sequential_wall_s", outcome.sequential_wall);
    fields.field("wall_s", outcome.wall);
    fields.object("exit_codes", [&](auto& codes) {
        codes.field("own", outcome.exit_code);
        codes.field("runner", outcome.runner_exit_code);
        codes.field("runner_signal", outcome.runner_signal);
        codes.field("because", outcome.exit_because);
    });
    fields.field("outcomes", outcome.outcomes);
    fields.field("conservation", outcome.conservation);
    fields.field("workers", outcome.workers);
    fields.field("stalls", outcome.stalls);
    fields.optional_field("deadline_s", outcome.deadline);
    fields.later_field("at_deadline", outcome.at_deadline);
    fields.later_field("new_tests", outcome.new_tests);
    fields.field("surprises", outcome.surprises);
    fields.field("reran_lost", outcome.reran_lost);
    fields.field("left_behind", outcome.left_behind);
}

std::string to_json(const RunOutcome& outcome) {
    return write_document(DocumentKind::outcome, outcome);
}

Result<RunOutcome> read_outcome(std::string_view text, std::string_view origin) {
    return read_document<RunOutcome>(DocumentKind::outcome, text, origin);
}

}  // namespace advisor
