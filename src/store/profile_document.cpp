#include <advisor/store/documents.hpp>

#include "store/cost_columns.hpp"
#include "store/count_columns.hpp"
#include "store/document.hpp"
#include "store/domain_fields.hpp"
#include "store/profile_tables.hpp"

namespace advisor {

namespace {

void require_leftovers(FieldReader& fields, const Profile& profile) {
    const auto is_known = [&](const HoldingsChange& change) {
        return change.first.value < profile.tests.size() && change.last.value < profile.tests.size()
               && (!change.fixture || change.fixture->value < profile.fixture_definitions.size());
    };
    fields.require(
        !profile.leftovers
            || std::all_of(
                profile.leftovers->changes.begin(), profile.leftovers->changes.end(), is_known
            ),
        "leftovers",
        "refer to a test or a fixture that is not there"
    );
}

/// The model follows these indices without asking again.
void check_indices(FieldReader& fields, const Profile& profile) {
    const auto is_defined = [&](const FixtureUse& use) {
        return use.fixture.value < profile.fixture_definitions.size();
    };
    fields.require(
        std::all_of(
            profile.tests.begin(),
            profile.tests.end(),
            [&](const TestCost& test) {
                return std::all_of(test.fixtures.begin(), test.fixtures.end(), is_defined);
            }
        ),
        "tests",
        "use a fixture that is not defined"
    );
    fields.require(
        std::all_of(
            profile.fixtures.begin(),
            profile.fixtures.end(),
            [&](const FixtureInstance& instance) {
                return is_defined(instance.use)
                       && instance.requested_by.value < profile.tests.size();
            }
        ),
        "fixtures",
        "refer to a test or a fixture that is not there"
    );
    fields.require(
        std::all_of(
            profile.function_fixtures.begin(),
            profile.function_fixtures.end(),
            [&](const FunctionFixture& fixture) {
                return is_defined(fixture.use) && fixture.test.value < profile.tests.size();
            }
        ),
        "function_fixtures",
        "refer to a test or a fixture that is not there"
    );
    require_leftovers(fields, profile);
}

}  // namespace

void describe(auto& fields, Like<FixtureDefinition> auto& definition) {
    fields.field("name", definition.name);
    fields.field("scope", definition.scope);
    fields.field("base_id", definition.base_id);
}

void describe(auto& fields, Like<ProfiledRun> auto& run) {
    fields.field("command", run.command);
    fields.field("directory", run.directory);
    fields.field("rootdir", run.rootdir);
    fields.field("exit_code", run.exit_code);
    fields.field("signal", run.signal);
    fields.field("complete", run.complete);
    fields.field("incomplete_because", run.incomplete_because);
    fields.field("wall_s", run.wall);
    fields.field("peak_rss_bytes", run.peak_rss);
    fields.field("started_utc", run.started_utc);
    fields.later_field("ended", run.ended);
    fields.later_field("unforkable", run.unforkable);
    fields.later_field("cut_off_because", run.cut_off_because);
}

void describe(auto& fields, Like<Pressure> auto& pressure) {
    fields.field("cpu_fraction", pressure.cpu);
    fields.field("io_fraction", pressure.io);
    fields.field("memory_fraction", pressure.memory);
}

void describe(auto& fields, Like<Disturbance> auto& disturbance) {
    fields.measured("steal_fraction", "steal_source", disturbance.steal_fraction);
    fields.measured("foreign_fraction", "foreign_source", disturbance.foreign_fraction);
    fields.measured("throttled_s", "throttled_source", disturbance.throttled);
    fields.optional_field("pressure", disturbance.pressure);
    fields.optional_field("own_pressure", disturbance.own_pressure);
}

void describe(auto& fields, Like<SessionCost> auto& session) {
    session_phase(fields, "start", session.start);
    session_phase(fields, "configure", session.configure);
    session_phase(fields, "collection", session.collection);
    session_phase(fields, "loop", session.loop);
    session_phase(fields, "finish", session.finish);
    session_phase(fields, "exit", session.exit);
}

void describe(auto& fields, Like<RunCounter> auto& counter) {
    fields.field("name", counter.name);
    fields.measured("value", "source", counter.value);
}

void describe(auto& fields, Like<WaitTotal> auto& wait) {
    fields.field("reason", wait.reason);
    fields.field("peer_port", wait.peer_port);
    fields.field("time_s", wait.time);
    fields.field("standard_error_s", wait.standard_error);
}

void describe(auto& fields, Like<Sampling> auto& sampling) {
    fields.field("samples", sampling.samples);
    fields.field("late", sampling.late);
    fields.field("mean_period_s", sampling.mean_period);
    fields.field("mean_lateness_s", sampling.mean_lateness);
    fields.field("core_fraction", sampling.core_fraction);
    fields.measured("gil_held_s", "gil_held_source", sampling.gil_held);
    fields.field("gil_standard_error_s", sampling.gil_standard_error);
    fields.field("gil_held_blocked_s", sampling.gil_held_blocked);
    fields.field("waits", sampling.waits);
    fields.later_field("seen_whole_s", sampling.seen_whole);
}

void describe(auto& fields, Like<HoldingsChange> auto& change) {
    fields.field("first_test", change.first);
    fields.field("last_test", change.last);
    fields.field("fixture", change.fixture);
    fields.field("threads", change.change.threads);
    fields.field("descriptors", change.change.descriptors);
    fields.field("children", change.change.children);
}

void describe(auto& fields, Like<Leftovers> auto& leftovers) {
    fields.field("changes", leftovers.changes);
    fields.field("found", leftovers.found);
}

void describe(auto& fields, Like<UnsteadyTest> auto& test) {
    fields.field("id", test.id);
    fields.field("outcomes", test.outcomes);
    fields.field("absent", test.absent);
}

void describe(auto& fields, Like<Repeats> auto& repeats) {
    fields.field("runs", repeats.runs);
    fields.field("incomplete", repeats.incomplete);
    fields.field("disturbed", repeats.disturbed);
    fields.field("unsteady", repeats.unsteady);
    fields.later_field("unrecorded", repeats.unrecorded);
    fields.later_field("orders", repeats.orders);
    fields.later_field("shortest_wall_s", repeats.shortest);
    fields.later_field("longest_wall_s", repeats.longest);
    const std::uint64_t left_out =
        std::uint64_t{repeats.incomplete} + repeats.disturbed + repeats.unrecorded;
    fields.require(left_out < repeats.runs, "runs", "are all left out");
}

void describe(auto& fields, Like<Profile> auto& profile) {
    fields.field("run", profile.run);
    fields.field("host", profile.host);
    fields.field("interpreter", profile.interpreter);
    fields.field("disturbance", profile.disturbance);
    fields.field("counters", profile.counters);
    fields.later_field("sampling", profile.sampling);
    fields.optional_field("leftovers", profile.leftovers);
    fields.optional_field("repeats", profile.repeats);
    fields.field("missing", profile.missing);
    fields.field("session", profile.session);
    fields.field("fixture_definitions", profile.fixture_definitions);
    fields.object("fixtures", [&](auto& table) {
        if constexpr (std::remove_reference_t<decltype(table)>::k_reads) {
            profile.fixtures = read_fixtures(table);
        } else {
            write_fixtures(table, profile.fixtures);
        }
    });
    fields.object("tests", [&](auto& table) {
        if constexpr (std::remove_reference_t<decltype(table)>::k_reads) {
            profile.tests = read_tests(table);
            read_counts(table, profile);
        } else {
            write_tests(table, profile.tests);
            write_counts(table, profile);
        }
    });
    fields.later_object("function_fixtures", [&](auto& table) {
        if constexpr (std::remove_reference_t<decltype(table)>::k_reads) {
            profile.function_fixtures = read_function_fixtures(table);
        } else {
            write_function_fixtures(table, profile.function_fixtures);
        }
    });
    if constexpr (std::remove_reference_t<decltype(fields)>::k_reads) {
        check_indices(fields, profile);
    }
}

std::string to_json(const Profile& profile) {
    return write_document(DocumentKind::profile, profile);
}

Result<Profile> read_profile(std::string_view text, std::string_view origin) {
    return read_document<Profile>(DocumentKind::profile, text, origin);
}

}  // namespace advisor
