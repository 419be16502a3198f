#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/verdict_words.hpp"

namespace advisor::report {

namespace {

/// The currency of all points, or nothing if they have several.
std::string currency_of(const CapacityPlan& plan) {
    const std::string& first = plan.points.front().machine.currency;
    const bool same =
        std::all_of(plan.points.begin(), plan.points.end(), [&](const PlanPoint& point) {
            return point.machine.currency == first;
        });
    return same ? first : std::string();
}

bool is_marked(const CapacityPlan& plan, std::size_t index) {
    return plan.chosen != index && plan.points[index].meets_target && plan.target > Seconds(0);
}

Row row_of(const CapacityPlan& plan, std::size_t index, int decimals, const MemoryUnit& unit) {
    const PlanPoint& point = plan.points[index];
    const bool chosen = plan.chosen == index;
    Tone tone = chosen ? Tone::good : Tone::plain;
    if (!point.fits_memory) {
        tone = Tone::dim;
    }
    Configuration each = point.configuration;
    each.shards = 1;
    const std::string currency =
        currency_of(plan).empty() ? " " + point.machine.currency : std::string();
    return {
        {chosen                   ? ">"
         : is_marked(plan, index) ? "+"
                                  : "",
         tone},
        {point.machine.name, tone},
        {fmt::format("{}", point.configuration.shards), tone},
        {label(each), tone},
        {seconds_text(point.wall.mid, decimals), tone},
        {range_text(point.wall, decimals), Tone::dim},
        {memory_text(point.peak_memory, unit), tone},
        {fmt::format("{}", point.billed_minutes), tone},
        {fmt::format("{:.3f}{}", point.cost, currency), tone},
        {point.fits_memory ? "" : "too little memory", tone}};
}

Lines curve(const CapacityPlan& plan, const TextStyle& style) {
    const auto indices = style.every_row ? all_by_cost(plan) : frontier_of(plan);
    if (indices.empty()) {
        return paragraph("", "There is no point to choose from.", style, Tone::bad);
    }
    Bytes least = plan.points[indices.front()].peak_memory;
    for (const std::size_t i : indices) {
        least = std::min(least, plan.points[i].peak_memory);
    }
    const MemoryUnit unit = memory_unit_for(least);
    const std::string currency = currency_of(plan);
    Table table;
    table.columns = {
        {"", Align::left},
        {"machine", Align::left, Fit::elastic},
        {"n", Align::right},
        {"each runs", Align::left},
        {"seconds", Align::right},
        {"range", Align::right},
        {std::string(unit.name), Align::right},
        {"min", Align::right},
        {currency.empty() ? "cost" : currency, Align::right, Fit::elastic},
        {"", Align::left}};
    const int decimals = decimals_of(plan, indices);
    for (const std::size_t i : indices) {
        table.rows.push_back(row_of(plan, i, decimals, unit));
    }
    std::string legend = plan.chosen ? "> chosen; " : "";
    const bool any_marked = std::any_of(indices.begin(), indices.end(), [&](std::size_t index) {
        return is_marked(plan, index);
    });
    legend += any_marked ? "+ meets the target; " : "";
    legend += "n machines; min: billed minutes of all of them";
    if (indices.size() < plan.points.size()) {
        legend +=
            fmt::format("; {} slower and dearer, with --all", plan.points.size() - indices.size());
    }
    return lines_of(table, 0, style) + paragraph("  ", legend, style, Tone::dim);
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const CapacityPlan& plan, const TextStyle& style) {
    using namespace report;
    const Tone tone = plan.chosen ? Tone::plain : Tone::bad;
    return page(
        {paragraph("", plan.reason, style, tone)
             + paragraph("", plan_terms(plan), style, Tone::dim),
         curve(plan, style)}
    );
}

}  // namespace advisor
