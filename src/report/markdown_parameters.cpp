#include <advisor/report/markdown.hpp>

#include <fmt/format.h>

#include "report/markdown_table.hpp"
#include "report/numbers.hpp"
#include "report/parameter_rows.hpp"

namespace advisor {

namespace md = report::markdown;
using report::Align;
using report::Row;

namespace {

std::string costs(const ModelParameters& parameters) {
    std::vector<Row> rows;
    for (const report::ParameterRow& row : report::parameter_rows(parameters)) {
        rows.push_back({{row.name}, {row.value}, {row.meaning}});
    }
    return md::table({{"cost"}, {"value", Align::right}, {"meaning"}}, rows);
}

std::string capacity(const ModelParameters& parameters) {
    if (parameters.capacity.empty()) {
        return {};
    }
    std::vector<Row> rows;
    for (const CapacityPoint& point : parameters.capacity) {
        rows.push_back(
            {{fmt::format("{}", point.runnable)}, {fmt::format("{:.2f}", point.capacity)}}
        );
    }
    return md::heading("Capacity of the cores")
           + md::table({{"computing", Align::right}, {"undisturbed cores", Align::right}}, rows);
}

std::string stages(const SpawnCost& spawn) {
    const int decimals = report::decimals_for(spawn.interpreter.median);
    std::vector<Row> rows;
    for (const auto& [name, stage] : report::stages_of(spawn)) {
        rows.push_back(
            {{name},
             {report::seconds_text(stage.first, decimals)},
             {report::seconds_text(stage.median, decimals)},
             {report::seconds_text(stage.mad, decimals)}}
        );
    }
    return md::heading(report::stages_title(spawn))
           + md::table(
               {{"stage"},
                {"first", Align::right},
                {"median", Align::right},
                {"MAD", Align::right}},
               rows
           );
}

}  // namespace

std::string as_markdown(const ModelParameters& parameters) {
    return "## Calibration\n\n" + md::sentence(report::calibration_sentence(parameters))
           + costs(parameters) + capacity(parameters)
           + (parameters.spawn ? stages(*parameters.spawn) : std::string());
}

}  // namespace advisor
