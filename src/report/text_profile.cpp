#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "report/count_words.hpp"
#include "report/numbers.hpp"
#include "report/profile_summary.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/text_parts.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

constexpr std::size_t k_ranked = 10;

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

Lines session(const Profile& profile, const ProfileSummary& summary, const TextStyle& style) {
    Lines lines = shares("Where the run went", summary.session, profile.run.wall, style);
    const std::string sentence = lines.empty() ? "" : counters_sentence(profile);
    return sentence.empty() ? lines : lines + paragraph("  ", sentence, style);
}

Lines spent(const Profile& profile, const ProfileSummary& summary, const TextStyle& style) {
    Lines lines = shares("What tests and fixtures did", summary.spent, summary.worked, style);
    if (lines.empty()) {
        return lines;
    }
    for (const std::string& remark : remarks_on_spent(profile, summary)) {
        lines = lines + paragraph("  ", remark, style);
    }
    return lines;
}

Lines slowest(const ProfileSummary& summary, const TextStyle& style) {
    if (summary.slowest.empty()) {
        return {};
    }
    Table table;
    table.rows.resize(summary.slowest.size());
    for (const NumberColumn& numbers : numbers_of_slowest(summary)) {
        table.columns.push_back({numbers.header, Align::right});
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            table.rows[i].push_back({numbers.cells[i]});
        }
    }
    table.columns.push_back({"test", Align::left, Fit::elastic});
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const TestCost& test = *summary.slowest[i];
        table.rows[i].push_back({test.id, is_failure(test.outcome) ? Tone::bad : Tone::plain});
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
        table.rows.push_back(
            {{seconds_text(fixture.wall, decimals)},
             {fmt::format("{}", fixture.instances)},
             {seconds_text(fixture.each(), decimals)},
             {std::string(name_of(fixture.scope))},
             {fixture.title}}
        );
    }
    return Lines{heading("Most expensive fixtures", style)} + lines_of(table, 2, style);
}

std::string count_text(std::int32_t count) {
    return count == 0 ? "" : fmt::format("{}", count);
}

Lines leaver_lines(
    const Profile& profile, const std::vector<Leaver>& rows, const TextStyle& style
) {
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
    Lines lines = lines_of(table, 2, style);
    const std::vector<std::string>& found = profile.leftovers->found;
    const auto named = std::span(found).first(std::min(found.size(), k_ranked));
    for (const std::string& each : named) {
        lines = lines + paragraph("  among them: ", each, style, Tone::dim);
    }
    return lines;
}

/// What was begun or opened and was still there at the end, by who left most.
Lines left_behind(const Profile& profile, const TextStyle& style) {
    const std::vector<Leaver> rows = ranked_leavers(profile);
    const std::string ended = ended_sentence(profile);
    if (rows.empty() && ended.empty()) {
        return {};
    }
    Lines lines{heading("Left behind at the end of the session", style)};
    if (!rows.empty()) {
        lines = lines + leaver_lines(profile, rows, style);
    }
    return ended.empty() ? lines : lines + paragraph("  ", ended + ".", style, Tone::warn);
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const Profile& profile, const TextStyle& style) {
    using namespace report;
    const ProfileSummary summary = summary_of(profile, k_ranked);
    return page(
        {fact_lines(facts_of(profile, summary), style),
         warnings(profile, style),
         session(profile, summary, style),
         spent(profile, summary, style),
         slowest(summary, style),
         fixtures(summary, style),
         left_behind(profile, style),
         missing_lines(profile.missing, style)}
    );
}

}  // namespace advisor
