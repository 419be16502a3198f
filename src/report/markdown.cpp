#include "advisor/report/markdown.hpp"

#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/count_words.hpp"
#include "report/markdown_table.hpp"
#include "report/numbers.hpp"
#include "report/outcome_words.hpp"
#include "report/profile_summary.hpp"
#include "report/verdict_words.hpp"
#include "report/verification_words.hpp"

namespace advisor {

using report::Align;
using report::change_text;
using report::decimals_for;
using report::range_text;
using report::Row;
using report::seconds_text;
using report::times_text;
using report::Tone;
namespace md = report::markdown;

namespace {

std::string shares(std::string_view title, const Breakdown& parts, Seconds whole) {
    if (parts.empty() || !(whole > Seconds(0))) {
        return {};
    }
    std::vector<Row> rows;
    for (const auto& [part, time] : parts) {
        rows.push_back(
            {{part}, {seconds_text(time, decimals_for(whole))}, {format_percent(time / whole)}}
        );
    }
    return md::heading(title)
           + md::table({{"part"}, {"seconds", Align::right}, {"share", Align::right}}, rows);
}

std::string slowest(const report::ProfileSummary& summary) {
    std::vector<md::Column> columns{{"test"}};
    std::vector<Row> rows;
    for (const TestCost* test : summary.slowest) {
        rows.push_back({{test->id}});
    }
    for (const report::NumberColumn& numbers : report::numbers_of_slowest(summary)) {
        columns.push_back({numbers.header, Align::right});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].push_back({numbers.cells[i]});
        }
    }
    return rows.empty() ? "" : md::heading("Slowest tests") + md::table(columns, rows);
}

std::string left_behind(const Profile& profile) {
    constexpr std::size_t k_most = 10;
    std::vector<Row> rows;
    for (const Leaver& leaver : report::ranked_leavers(profile)) {
        if (rows.size() < k_most) {
            rows.push_back(
                {{leaver.name},
                 {fmt::format("{}", leaver.left.threads)},
                 {fmt::format("{}", leaver.left.descriptors)},
                 {fmt::format("{}", leaver.left.children)}}
            );
        }
    }
    const std::string ended = report::ended_sentence(profile);
    if (rows.empty() && ended.empty()) {
        return {};
    }
    std::string out = md::heading("Left behind at the end of the session");
    if (!rows.empty()) {
        out += md::table(
            {{"by"},
             {"threads", Align::right},
             {"descriptors", Align::right},
             {"processes", Align::right}},
            rows
        );
    }
    std::vector<std::string> found;
    if (profile.leftovers) {
        const std::vector<std::string>& all = profile.leftovers->found;
        found.assign(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), k_most))
        );
    }
    return out + (rows.empty() ? "" : md::bullets(found)) + md::sentence(ended);
}

std::string fixtures(const report::ProfileSummary& summary) {
    if (summary.fixtures.empty()) {
        return {};
    }
    const int decimals = decimals_for(summary.fixtures.front().wall);
    std::vector<Row> rows;
    for (const report::FixtureTotal& fixture : summary.fixtures) {
        rows.push_back(
            {{fixture.title},
             {std::string(name_of(fixture.scope))},
             {fmt::format("{}", fixture.instances)},
             {seconds_text(fixture.each(), decimals)},
             {seconds_text(fixture.wall, decimals)}}
        );
    }
    return md::heading("Most expensive fixtures")
           + md::table(
               {{"fixture"},
                {"scope"},
                {"set-ups", Align::right},
                {"each", Align::right},
                {"seconds", Align::right}},
               rows
           );
}

std::string workers(const RunOutcome& outcome) {
    if (outcome.workers.empty()) {
        return {};
    }
    const int decimals = std::max(1, decimals_for(outcome.wall));
    const auto seconds = [&](const Measured<Seconds>& time) {
        return time.has_value() ? seconds_text(time.value(), decimals) : std::string();
    };
    std::vector<Row> rows;
    for (const WorkerUse& worker : outcome.workers) {
        const bool known = worker.busy.has_value() && outcome.wall > Seconds(0);
        rows.push_back(
            {{worker.name},
             {fmt::format("{}", worker.tests)},
             {seconds(worker.boot)},
             {seconds(worker.busy)},
             {known ? format_percent(worker.busy.value() / outcome.wall) : ""}}
        );
    }
    return md::details(
        "Workers",
        md::table(
            {{"worker"},
             {"tests", Align::right},
             {"boot s", Align::right},
             {"busy s", Align::right},
             {"busy", Align::right}},
            rows
        )
    );
}

std::string comparisons(const GateVerdict& verdict) {
    if (verdict.comparisons.empty()) {
        return {};
    }
    const int decimals = report::decimals_of(verdict);
    std::vector<Row> rows;
    for (const GateComparison& row : verdict.comparisons) {
        rows.push_back(
            {{label(row.configuration)},
             {seconds_text(row.base_wall, decimals)},
             {seconds_text(row.head_wall, decimals)},
             {change_text(row.base_wall, row.head_wall)},
             {times_text(row.base_speedup)},
             {times_text(row.head_speedup)}}
        );
    }
    return md::table(
        {{"configuration"},
         {"base s", Align::right},
         {"head s", Align::right},
         {"change", Align::right},
         {"base speed-up", Align::right},
         {"head speed-up", Align::right}},
        rows
    );
}

std::string culprits(const GateVerdict& verdict) {
    if (verdict.culprits.empty()) {
        return {};
    }
    std::vector<Row> rows;
    for (const Culprit& culprit : verdict.culprits) {
        const bool is_new = !(culprit.base > Seconds(0));
        rows.push_back(
            {{format_seconds(culprit.wall_loss)},
             {is_new ? std::string("new") : format_seconds(culprit.base)},
             {format_seconds(culprit.head)},
             {culprit.kind},
             {culprit.subject}}
        );
    }
    return md::heading("What costs the time")
           + md::table(
               {{"costs", Align::right},
                {"base", Align::right},
                {"head", Align::right},
                {"kind"},
                {"subject"}},
               rows
           );
}

std::string points(const CapacityPlan& plan, const std::vector<std::size_t>& indices) {
    const int decimals = report::decimals_of(plan, indices);
    std::vector<Row> rows;
    for (const std::size_t i : indices) {
        const PlanPoint& point = plan.points[i];
        Configuration each = point.configuration;
        each.shards = 1;
        rows.push_back(
            {{point.machine.name, plan.chosen == i ? Tone::strong : Tone::plain},
             {fmt::format("{}", point.machine.cores)},
             {fmt::format("{}", point.configuration.shards)},
             {label(each)},
             {fmt::format(
                 "{} ({})", seconds_text(point.wall.mid, decimals), range_text(point.wall, decimals)
             )},
             {report::memory_text(point.peak_memory)},
             {fmt::format("{}", point.billed_minutes)},
             {fmt::format("{:.3f} {}", point.cost, point.machine.currency)},
             {std::string(report::fitness_of(plan, point))}}
        );
    }
    return md::table(
        {{"machine"},
         {"cores", Align::right},
         {"machines", Align::right},
         {"each runs"},
         {"seconds", Align::right},
         {"memory", Align::right},
         {"billed minutes", Align::right},
         {"cost", Align::right},
         {"meets target"}},
        rows
    );
}

}  // namespace

std::string as_markdown(const Profile& profile) {
    const report::ProfileSummary summary = report::summary_of(profile, 10);
    const Seconds wall = profile.run.wall;
    std::string remarks;
    for (const std::string& remark : report::remarks_on_spent(profile, summary)) {
        remarks += md::sentence(remark);
    }
    return fmt::format(
               "## {} in {} s sequentially\n\n",
               format_count(profile.tests.size(), "test"),
               seconds_text(wall, decimals_for(wall))
           )
           + md::sentence(fmt::format("{}", fmt::join(report::facts_of(profile, summary), "; ")))
           + md::bullets(report::warnings_of(profile))
           + shares("Where the run went", summary.session, wall)
           + md::sentence(report::counters_sentence(profile))
           + shares("What tests and fixtures did", summary.spent, summary.worked) + remarks
           + slowest(summary) + fixtures(summary) + left_behind(profile)
           + md::missing(profile.missing);
}

std::string as_markdown(const RunOutcome& outcome) {
    std::string out;
    for (const report::StallWords& stall : report::stalls_of(outcome)) {
        out += md::heading(stall.sentence) + md::bullets(stall.stacks);
    }
    for (const report::ConservationProblem& problem : report::problems_of(outcome.conservation)) {
        out += md::heading(problem.sentence) + md::bullets(problem.tests);
    }
    const std::string run = fmt::format(
        "{}: {}, {}",
        label(outcome.configuration),
        report::counts_of(outcome),
        report::exit_words(outcome)
    );
    const std::vector<std::string> surprises = report::surprises_of(outcome);
    return out + "**" + escape_markdown(predicted_against_measured(outcome)) + "**\n\n"
           + md::sentence(report::range_remark(outcome)) + md::sentence(run)
           + md::sentence(report::left_behind_remark(outcome)) + workers(outcome)
           + (surprises.empty() ? "" : md::heading("Surprises") + md::bullets(surprises))
           + md::sentence(report::new_tests_remark(outcome));
}

std::string as_markdown(const GateVerdict& verdict) {
    return fmt::format("## {}\n\n", report::headline_of(verdict.outcome))
           + md::sentence(verdict.reason) + comparisons(verdict) + culprits(verdict)
           + md::sentence(report::suite_change(verdict));
}

std::string as_markdown(const CapacityPlan& plan) {
    std::string out =
        "## Capacity plan\n\n" + md::sentence(plan.reason) + md::sentence(report::plan_terms(plan));
    const auto frontier = report::frontier_of(plan);
    if (frontier.empty()) {
        return out;
    }
    out += points(plan, frontier);
    const auto all = report::all_by_cost(plan);
    if (frontier.size() < all.size()) {
        out += md::details(fmt::format("All {} points", all.size()), points(plan, all));
    }
    return out;
}

std::string as_markdown(const ShardManifest& manifest) {
    std::string commands;
    for (const Shard& shard : manifest.shards) {
        commands += shard.run.empty() ? "" : md::code_block(shard.run);
    }
    return "## Shards\n\n" + md::sentence(report::shards_sentence(manifest))
           + md::table(
               {{"shard"},
                {"files", Align::right},
                {"tests", Align::right},
                {"seconds", Align::right}},
               report::rows_of(manifest)
           )
           + commands;
}

std::string as_markdown(const DoctorReport& doctor) {
    std::vector<Row> rows;
    for (const Check& check : doctor.checks) {
        rows.push_back(
            {{std::string(name_of(check.health)),
              check.health == Health::fail ? Tone::strong : Tone::plain},
             {check.subject},
             {check.found},
             {check.health == Health::pass ? "" : check.fix}}
        );
    }
    return fmt::format("## Doctor: {}\n\n", name_of(worst(doctor)))
           + md::table({{"health"}, {"what"}, {"found"}, {"fix"}}, rows);
}

std::string as_markdown(const Verification& verification) {
    const std::vector<Row> rows = report::rows_of(verification);
    return fmt::format("## {}\n\n", verification.holds ? "Kept" : "Worse than promised")
           + md::sentence(verification.reason)
           + (rows.empty() ? "" : md::table_of(report::verification_columns(), rows))
           + md::sentence(report::noise_sentence(verification));
}

}  // namespace advisor
