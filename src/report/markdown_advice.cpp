#include <advisor/base/text.hpp>
#include <advisor/report/markdown.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/markdown_table.hpp"
#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor::report::markdown {

namespace {

std::string joined(const std::vector<std::string>& facts) {
    std::string out;
    for (const std::string& fact : facts) {
        out += out.empty() ? "" : "; ";
        out += fact;
    }
    return out;
}

std::string headline(const Advice& advice) {
    const Prediction* best = recommended_of(advice);
    if (best == nullptr) {
        return "## No configuration could be recommended\n\n";
    }
    const int decimals = decimals_for(best->wall.mid);
    const Seconds sequential = predicted_sequentially(advice);
    std::string out = fmt::format(
        "## {}: {} s ({}) instead of {} s\n\n",
        escape_markdown(label(best->configuration)),
        seconds_text(best->wall.mid, decimals),
        range_text(best->wall, decimals),
        seconds_text(sequential, decimals_for(sequential))
    );
    out += best->command.empty() ? "" : code_block(shell_line(best->command));
    return out + sentence(advice.reason);
}

std::string facts(const Advice& advice) {
    return sentence(joined(advice_facts(advice))) + sentence(failure_note(advice));
}

std::string ranking(const Advice& advice, const std::vector<const Prediction*>& rows) {
    const Prediction* recommended = recommended_of(advice);
    Seconds smallest = advice.sequential_wall;
    for (const Prediction* row : rows) {
        smallest = std::min(smallest, row->wall.mid);
    }
    const int decimals = decimals_for(smallest);
    std::vector<Row> cells;
    cells.reserve(rows.size());
    for (const Prediction* row : rows) {
        cells.push_back(
            {{fmt::format("{}{}", row->rank, row->tied_with_best ? " (tied)" : ""),
              row == recommended ? Tone::strong : Tone::plain},
             {label(row->configuration)},
             {fmt::format(
                 "{} ({})", seconds_text(row->wall.mid, decimals), range_text(row->wall, decimals)
             )},
             {fmt::format("{} ({})", times_text(row->speedup.mid), range_text(row->speedup))},
             {memory_text(row->peak_memory)},
             {limit_words(*row)}}
        );
    }
    return table(
        {{"rank", Align::right},
         {"configuration"},
         {"seconds", Align::right},
         {"speed-up", Align::right},
         {"memory", Align::right},
         {"limited by"}},
        cells
    );
}

std::string rankings(const Advice& advice) {
    const auto best = selected(advice, Selection::best);
    const auto all = selected(advice, Selection::all);
    if (all.empty()) {
        return {};
    }
    std::string out = ranking(advice, best) + sentence(learning_note(advice));
    for (const std::string& reason : reasons_not_runnable(all)) {
        out += sentence("Predicted only: " + reason);
    }
    if (best.size() < all.size()) {
        out += details(fmt::format("All {} predictions", all.size()), ranking(advice, all));
    }
    return out;
}

std::string breakdown(const Advice& advice) {
    const Prediction* best = recommended_of(advice);
    if (best == nullptr || best->breakdown.empty() || !(best->wall.mid > Seconds(0))) {
        return {};
    }
    const int decimals = decimals_for(best->wall.mid);
    std::vector<Row> rows;
    for (const auto& [part, time] : best->breakdown) {
        rows.push_back(
            {{part_words(part)},
             {seconds_text(time, decimals)},
             {format_percent(time / best->wall.mid)}}
        );
    }
    const std::vector<Column> columns{{"part"}, {"seconds", Align::right}, {"share", Align::right}};
    return heading("Where the time goes") + table(columns, rows);
}

std::string findings(const Advice& advice) {
    if (advice.findings.empty()) {
        return {};
    }
    constexpr std::size_t k_subjects = 5;
    std::string out = heading("Findings");
    for (const Finding* finding : by_severity(advice.findings)) {
        out += fmt::format(
            "- **{}** {} ({})\n",
            name_of(finding->severity),
            escape_markdown(finding->message),
            escape_markdown(finding->code)
        );
        if (!finding->fix.empty()) {
            out += "  - Fix: " + escape_markdown(finding->fix) + "\n";
        }
        const std::size_t shown = std::min(k_subjects, finding->subjects.size());
        for (std::size_t i = 0; i < shown; ++i) {
            out += "  - " + escape_markdown(finding->subjects[i]) + "\n";
        }
        if (shown < finding->subjects.size()) {
            out += fmt::format("  - and {} more\n", finding->subjects.size() - shown);
        }
    }
    return out + "\n";
}

}  // namespace

}  // namespace advisor::report::markdown

namespace advisor {

std::string as_markdown(const Advice& advice) {
    using namespace report::markdown;
    return headline(advice) + facts(advice) + rankings(advice) + breakdown(advice)
           + findings(advice) + missing(advice.measured_with.missing)
           + sentence(report::prior_note(advice.parameters));
}

}  // namespace advisor
