#include <advisor/base/text.hpp>
#include <advisor/report/text.hpp>

#include <fmt/format.h>

#include "report/parameter_rows.hpp"
#include "report/style.hpp"
#include "report/table.hpp"
#include "report/words.hpp"

namespace advisor::report {

namespace {

Lines header(const ModelParameters& parameters, const TextStyle& style) {
    const std::string note = prior_note(parameters);
    if (!note.empty()) {
        return paragraph("", note, style, Tone::warn);
    }
    return paragraph(
        "",
        fmt::format(
            "Calibrated {}; repeated experiments differed by {}, which widens every range.",
            parameters.measured_utc,
            format_percent(parameters.relative_error)
        ),
        style
    );
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
         fingerprint}
    );
}

}  // namespace advisor
