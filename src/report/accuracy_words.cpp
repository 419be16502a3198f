#include "report/accuracy_words.hpp"

#include <fmt/format.h>

namespace advisor::report {

namespace {

std::string percent(double value) {
    return fmt::format("{:.1f} %", value);
}

Row error_row(const std::string& name, const ErrorFigures& errors, Tone tone) {
    return {
        {name, tone},
        {percent(errors.mean), tone},
        {percent(errors.median), tone},
        {percent(errors.p90), tone},
        {percent(errors.max), tone}};
}

std::size_t points_of(const Accuracy& accuracy) {
    std::size_t points = 0;
    for (const SuiteAccuracy& suite : accuracy.suites) {
        points += suite.points;
    }
    return points;
}

}  // namespace

std::vector<std::string> accuracy_sentences(const Accuracy& accuracy) {
    const std::string slower = accuracy.slower_than_sequential == 0
                                   ? "No recommendation was slower than a sequential run."
                                   : fmt::format(
                                       "{} recommendations were slower than a sequential run.",
                                       accuracy.slower_than_sequential
                                   );
    return {
        fmt::format(
            "{} public suites on {} cores ({}), {} parallel configurations, each run three times "
            "or more; scored {} at {}. Predicted times are not fitted to them.",
            accuracy.suites.size(),
            accuracy.cores,
            accuracy.cpu,
            points_of(accuracy),
            accuracy.date,
            accuracy.commit
        ),
        fmt::format(
            "Predicted seconds were off by {} on average, half of them by less than {}; speed-ups "
            "by {}. {} of the measured times lay in the predicted ranges, which are made for 90 %. "
            "What was recommended took {} longer than the best that was measured. {}",
            percent(accuracy.errors.mean),
            percent(accuracy.errors.median),
            percent(accuracy.speedup_mean_percent),
            percent(accuracy.coverage_percent),
            percent(accuracy.regret_mean_percent),
            slower
        )};
}

std::vector<Column> suite_accuracy_columns() {
    return {
        {"suite"},
        {"tests", Align::right},
        {"runs", Align::right},
        {"mean error", Align::right},
        {"worst", Align::right},
        {"order", Align::right},
        {"regret", Align::right},
        {"recommended", Align::left, Fit::elastic}};
}

std::vector<Row> suite_accuracy_rows(const Accuracy& accuracy) {
    std::vector<Row> rows;
    for (const SuiteAccuracy& suite : accuracy.suites) {
        rows.push_back(
            {{suite.suite},
             {fmt::format("{}", suite.tests)},
             {fmt::format("{}", suite.points)},
             {percent(suite.mean_percent)},
             {percent(suite.max_percent)},
             {fmt::format("{:.2f}", suite.kendall_tau)},
             {percent(suite.regret_percent)},
             {suite.recommended}}
        );
    }
    return rows;
}

std::vector<Column> rival_columns() {
    return {
        {"error of predicted seconds", Align::left, Fit::elastic},
        {"mean", Align::right},
        {"median", Align::right},
        {"90 %", Align::right},
        {"worst", Align::right}};
}

std::vector<Row> rival_rows(const Accuracy& accuracy) {
    std::vector<Row> rows{error_row("advisor", accuracy.errors, Tone::strong)};
    for (const Rival& rival : accuracy.rivals) {
        rows.push_back(error_row(rival.name, rival.errors, Tone::plain));
    }
    return rows;
}

}  // namespace advisor::report
