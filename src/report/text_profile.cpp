#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "report/numbers.hpp"
#include "report/profile_summary.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/text_parts.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

constexpr std::size_t k_ranked = 10;

Lines header(const Profile& profile, const ProfileSummary& summary, const TextStyle& style) {
    const Seconds wall = profile.run.wall;
    std::vector<std::string> facts{
        fmt::format(
            "{} in {}",
            format_count(profile.tests.size(), "test"),
            format_count(summary.files, "file")
        ),
        fmt::format("{} s sequentially", seconds_text(wall, decimals_for(wall)))};
    if (profile.repeats) {
        facts.push_back("medians of " + format_count(profile.repeats->merged(), "run"));
    }
    for (const auto& [outcome, count] : summary.outcomes) {
        const bool ran = outcome != name_of(TestOutcome::not_run);
        facts.push_back(fmt::format("{} {}", count, ran ? outcome : "not run"));
    }
    for (std::string& fact : machine_facts(profile.host, profile.interpreter)) {
        facts.push_back(std::move(fact));
    }
    if (profile.run.peak_rss > Bytes(0)) {
        facts.push_back("peak memory " + format_bytes(profile.run.peak_rss));
    }
    facts.emplace_back(words_of(profile.host.rung));
    return fact_lines(facts, style);
}

Lines warnings(const Profile& profile, const TextStyle& style) {
    Lines lines;
    for (const std::string& sentence : warnings_of(profile)) {
        lines = lines + paragraph("", sentence, style, Tone::bad);
    }
    return lines;
}

Lines shares(
    std::string_view title, const Breakdown& parts, Seconds whole, const TextStyle& style
) {
    if (parts.empty() || !(whole > Seconds(0))) {
        return {};
    }
    return Lines{heading(title, style)} + share_lines(parts, whole, style);
}

/// Half of the interval in which the truth is in 19 of 20 runs.
Seconds two_errors(const Sampling& sampling) {
    return 2.0 * sampling.gil_standard_error;
}

/// How the GIL was read, and what that leaves open.
std::string how_held(const Profile& profile, const ProfileSummary& summary) {
    if (summary.gil_releases.has_value()) {
        const auto releases = static_cast<std::size_t>(summary.gil_releases.value());
        return fmt::format(
            ", {} of it by who did not run, as counted from within; it was released {}",
            format_seconds(summary.gil_held_blocked.value_or(Seconds(0))),
            format_count(releases, "time")
        );
    }
    if (!profile.sampling || profile.sampling->gil_held.source() != Source::sampled) {
        return "";
    }
    return fmt::format(
        ", by samples from outside, give or take {:.2g} points{}",
        100 * (two_errors(*profile.sampling) / summary.worked),
        is_disturbed(profile.disturbance) ? ", and more since the machine was not quiet" : ""
    );
}

Lines spent(const Profile& profile, const ProfileSummary& summary, const TextStyle& style) {
    Lines lines = shares("What tests and fixtures did", summary.spent, summary.worked, style);
    if (lines.empty() || !summary.gil_held.has_value()) {
        return lines;
    }
    const bool sampled = summary.gil_held.source() == Source::sampled && profile.sampling;
    if (sampled && two_errors(*profile.sampling) > summary.worked * 0.25) {
        const auto* const sentence =
            "That is too short to tell from samples for how much of it the GIL was held; --gil "
            "exact counts.";
        return lines + paragraph("  ", sentence, style);
    }
    const std::string sentence = fmt::format(
        "The GIL was held for {} of that{}.",
        format_percent(summary.gil_held.value() / summary.worked),
        how_held(profile, summary)
    );
    return lines + paragraph("  ", sentence, style);
}

Lines slowest(const ProfileSummary& summary, const TextStyle& style) {
    if (summary.slowest.empty()) {
        return {};
    }
    const int decimals = decimals_for(summary.slowest.front()->total().wall);
    const bool has_spreads =
        std::any_of(summary.slowest.begin(), summary.slowest.end(), [](const TestCost* test) {
            return test->wall_spread.has_value();
        });
    Table table;
    table.columns = {{"seconds", Align::right}};
    if (has_spreads) {
        table.columns.push_back({"spread", Align::right});
    }
    if (summary.knows_cpu) {
        table.columns.push_back({"CPU", Align::right});
        table.columns.push_back({"blocked", Align::right});
    }
    table.columns.push_back({"test", Align::left, Fit::elastic});
    for (const TestCost* test : summary.slowest) {
        const Cost total = test->total();
        Row& row = table.rows.emplace_back();
        row.push_back({seconds_text(total.wall, decimals)});
        if (has_spreads) {
            row.push_back({test->wall_spread ? format_percent(*test->wall_spread) : ""});
        }
        if (summary.knows_cpu) {
            row.push_back({seconds_text(total.cpu(), decimals)});
            row.push_back({seconds_text(total.blocked(), decimals)});
        }
        row.push_back({test->id, is_failure(test->outcome) ? Tone::bad : Tone::plain});
    }
    return Lines{heading("Slowest tests", style)} + lines_of(table, 2, style);
}

Lines fixtures(const ProfileSummary& summary, const TextStyle& style) {
    if (summary.fixtures.empty()) {
        return {};
    }
    const int decimals = decimals_for(summary.fixtures.front().wall);
    Table table;
    table.columns = {
        {"seconds", Align::right},
        {"set-ups", Align::right},
        {"each", Align::right},
        {"scope", Align::left},
        {"fixture", Align::left, Fit::elastic}};
    for (const FixtureTotal& fixture : summary.fixtures) {
        const Seconds each = fixture.wall / static_cast<double>(fixture.instances);
        table.rows.push_back(
            {{seconds_text(fixture.wall, decimals)},
             {fmt::format("{}", fixture.instances)},
             {seconds_text(each, decimals)},
             {std::string(name_of(fixture.scope))},
             {fixture.name}}
        );
    }
    return Lines{heading("Most expensive fixtures of class scope or wider", style)}
           + lines_of(table, 2, style);
}

std::string count_text(std::int32_t count) {
    return count == 0 ? "" : fmt::format("{}", count);
}

/// What was begun or opened and was still there at the end, by who left most.
Lines left_behind(const Profile& profile, const TextStyle& style) {
    std::vector<Leaver> rows = leavers(profile);
    if (rows.empty()) {
        return {};
    }
    const auto all_of = [](const Leaver& leaver) {
        return leaver.left.threads + leaver.left.descriptors + leaver.left.children;
    };
    std::stable_sort(rows.begin(), rows.end(), [&](const Leaver& a, const Leaver& b) {
        return all_of(a) > all_of(b);
    });
    Table table;
    table.columns = {
        {"threads", Align::right},
        {"descriptors", Align::right},
        {"processes", Align::right},
        {"left by", Align::left, Fit::elastic}};
    for (const Leaver& leaver : std::span(rows).first(std::min(rows.size(), k_ranked))) {
        table.rows.push_back(
            {{count_text(leaver.left.threads)},
             {count_text(leaver.left.descriptors)},
             {count_text(leaver.left.children)},
             {leaver.name}}
        );
    }
    Lines lines =
        Lines{heading("Left behind at the end of the session", style)} + lines_of(table, 2, style);
    const std::vector<std::string>& found = profile.leftovers->found;
    const auto named = std::span(found).first(std::min(found.size(), k_ranked));
    for (const std::string& each : named) {
        lines = lines + paragraph("  among it: ", each, style, Tone::dim);
    }
    return lines;
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const Profile& profile, const TextStyle& style) {
    using namespace report;
    const ProfileSummary summary = summary_of(profile, k_ranked);
    return page(
        {header(profile, summary, style),
         warnings(profile, style),
         shares("Where the run went", summary.session, profile.run.wall, style),
         spent(profile, summary, style),
         slowest(summary, style),
         fixtures(summary, style),
         left_behind(profile, style),
         missing_lines(profile.missing, style)}
    );
}

}  // namespace advisor
