#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.hpp"
#include "report/parameter_rows.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

Lines header(const ModelParameters& parameters, const TextStyle& style) {
    const Tone tone = prior_note(parameters).empty() ? Tone::plain : Tone::warn;
    return paragraph("", calibration_sentence(parameters), style, tone);
}

Lines costs(const ModelParameters& parameters, const TextStyle& style) {
    Table table;
    table.columns = {
        {"cost", Align::left}, {"value", Align::right}, {"meaning", Align::left, Fit::elastic}};
    for (const ParameterRow& row : parameter_rows(parameters)) {
        table.rows.push_back({{row.name}, {row.value}, {row.meaning, Tone::dim}});
    }
    return lines_of(table, 0, style);
}

Lines capacity(const ModelParameters& parameters, const TextStyle& style) {
    if (parameters.capacity.empty()) {
        return {};
    }
    const double most = parameters.capacity.back().capacity;
    Table table;
    table.columns = {{"computing", Align::right}, {"capacity", Align::right}, {"", Align::left}};
    for (const CapacityPoint& point : parameters.capacity) {
        table.rows.push_back(
            {{fmt::format("{}", point.runnable)},
             {fmt::format("{:.2f}", point.capacity)},
             {most > 0 ? bar(point.capacity / most, 40, style) : "", Tone::good}}
        );
    }
    return Lines{heading(
               "Capacity of the cores, in undisturbed cores, by processes computing", style
           )}
           + lines_of(table, 2, style);
}

/// From exec to exit, stage by stage; the first run apart, since it finds cold caches.
Lines stages(const SpawnCost& spawn, const TextStyle& style) {
    const int decimals = decimals_for(spawn.interpreter.median);
    Table table;
    table.columns = {
        {"stage", Align::left},
        {"first", Align::right},
        {"median", Align::right},
        {"MAD", Align::right},
        {"", Align::left}};
    for (const auto& [name, stage] : stages_of(spawn)) {
        const double share =
            spawn.whole.median > Seconds(0) ? stage.median / spawn.whole.median : 0.0;
        table.rows.push_back(
            {{name},
             {seconds_text(stage.first, decimals)},
             {seconds_text(stage.median, decimals)},
             {seconds_text(stage.mad, decimals)},
             {bar(std::min(share, 1.0), 40, style), Tone::good}}
        );
    }
    return Lines{heading(stages_title(spawn), style)} + lines_of(table, 2, style);
}

Lines imports(const SpawnCost& spawn, const TextStyle& style) {
    if (spawn.imported.empty()) {
        return {};
    }
    const int decimals = decimals_for(spawn.imported.front().total);
    Table table;
    table.columns = {
        {"with all", Align::right}, {"alone", Align::right}, {"module", Align::left, Fit::elastic}};
    for (const ImportCost& import : spawn.imported) {
        table.rows.push_back(
            {{seconds_text(import.total, decimals)},
             {seconds_text(import.self, decimals)},
             {std::string(std::size_t{2} * import.depth, ' ') + import.module}}
        );
    }
    return Lines{heading("Costliest imports, which -X importtime slows down", style)}
           + lines_of(table, 2, style);
}

}  // namespace

}  // namespace advisor::report

namespace advisor {

std::string as_text(const ModelParameters& parameters, const TextStyle& style) {
    using namespace report;
    const Lines fingerprint = parameters.fingerprint.empty()
                                  ? Lines{}
                                  : paragraph("for ", parameters.fingerprint, style, Tone::dim);
    return page(
        {header(parameters, style),
         costs(parameters, style),
         capacity(parameters, style),
         parameters.spawn ? stages(*parameters.spawn, style) : Lines{},
         parameters.spawn ? imports(*parameters.spawn, style) : Lines{},
         fingerprint}
    );
}

}  // namespace advisor
