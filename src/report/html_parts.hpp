#pragma once

// The pieces of the page. Each returns markup that is complete without script; everything
// untrusted passed escape_html. No style attribute is used anywhere, so that the page's policy
// can refuse them.

#include <advisor/domain/advice.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace advisor::report::html {

/// One curve: the fastest configuration of a mode at each number of workers.
struct Series {
    std::string mode;
    std::vector<const Prediction*> points;  ///< rising in workers
};

/// Stock processes, planned, forked and threads, on one machine; empty modes are left out.
[[nodiscard]] std::vector<Series> series_of(const Advice& advice);

/// Wall over workers with bands, as a figure with inline SVG and the table of its numbers.
[[nodiscard]] std::string curve(const Advice& advice);

/// What the time of the best configurations is made of, as stacked bars and a table.
[[nodiscard]] std::string stacks(const Advice& advice);

/// All predictions.
[[nodiscard]] std::string predictions(const Advice& advice);

[[nodiscard]] std::string findings(const Advice& advice);

/// `attributes` is markup of our own, with a leading blank.
[[nodiscard]] std::string
element(std::string_view name, std::string_view attributes, std::string_view markup);

/// A cell of a number: `value` sorts, `markup` is shown.
[[nodiscard]] std::string number_cell(double value, std::string_view markup);

}  // namespace advisor::report::html
