#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "report/html_parts.hpp"
#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor::report::html {

namespace {

// The drawing's own units; the page scales it.
constexpr double k_width = 760;
constexpr double k_height = 360;
constexpr double k_left = 56;
constexpr double k_right = 16;
constexpr double k_top = 16;
constexpr double k_bottom = 44;

constexpr std::array<std::string_view, 4> k_modes{"processes", "planned", "forked", "threads"};

std::string_view title_of(std::string_view mode) {
    constexpr std::array<std::string_view, 4> k_titles{
        "processes, best stock xdist --dist", "processes, planned", "forked workers", "threads"};
    const auto found = std::find(k_modes.begin(), k_modes.end(), mode);
    return k_titles.at(static_cast<std::size_t>(found - k_modes.begin()));
}

std::size_t colour_of(std::string_view mode) {
    const auto found = std::find(k_modes.begin(), k_modes.end(), mode);
    return static_cast<std::size_t>(found - k_modes.begin());
}

/// 1, 2 or 5 times a power of ten, so that about five steps reach `most`.
double tick_step(double most) {
    const double rough = most / 5;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    const double lead = rough / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

/// Workers to the right, seconds upward from zero: bars of time must not be cut. Doublings are
/// equally far apart, because that is how counts are tried and how gains shrink.
struct Axes {
    double fewest_workers = 1;
    double most_workers = 1;
    double most_seconds = 1;
    double step = 1;

    [[nodiscard]] double x(double workers) const {
        const double width = k_width - k_left - k_right;
        const double span = std::log2(most_workers / fewest_workers);
        return k_left + (span > 0 ? std::log2(workers / fewest_workers) / span : 0.5) * width;
    }
    [[nodiscard]] double y(Seconds wall) const {
        const double share = wall.value() / most_seconds;
        return k_height - k_bottom - share * (k_height - k_top - k_bottom);
    }
};

Axes axes_of(const Advice& advice, const std::vector<Series>& all) {
    Axes axes;
    double most = advice.sequential_wall.value();
    axes.fewest_workers = k_most_workers;
    for (const Series& series : all) {
        for (const Prediction* point : series.points) {
            most = std::max(most, point->wall.high.value());
            const double workers = parallelism(point->configuration);
            axes.fewest_workers = std::min(axes.fewest_workers, workers);
            axes.most_workers = std::max(axes.most_workers, workers);
        }
    }
    most = std::isfinite(most) && most > 0 ? most : 1;
    axes.step = tick_step(most);
    axes.most_seconds = std::ceil(most / axes.step) * axes.step;
    return axes;
}

std::string grid(const Axes& axes, const std::vector<Series>& all) {
    std::string out;
    const int ticks = static_cast<int>(std::lround(axes.most_seconds / axes.step));
    for (int i = 0; i <= ticks; ++i) {
        const double value = i * axes.step;
        const double y = axes.y(Seconds(value));
        out += fmt::format(
            R"(<line class="axis" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
            k_left,
            k_width - k_right,
            y,
            y
        );
        out += fmt::format(
            R"(<text x="{}" y="{:.1f}" text-anchor="end">{:.6g}</text>)", k_left - 8, y + 4, value
        );
    }
    std::map<std::uint32_t, bool> counts;
    for (const Series& series : all) {
        for (const Prediction* point : series.points) {
            counts[parallelism(point->configuration)] = true;
        }
    }
    double last = -k_width;
    for (const auto& [count, present] : counts) {
        const double x = axes.x(count);
        if (present && x - last >= 22) {  // numbers closer than that would touch
            out += fmt::format(
                R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)",
                x,
                k_height - k_bottom + 18,
                count
            );
            last = x;
        }
    }
    out += fmt::format(
        R"(<text x="{}" y="{}" text-anchor="middle">workers or lanes</text>)",
        (k_left + k_width - k_right) / 2,
        k_height - 6
    );
    return out;
}

std::string
drawn(const Axes& axes, const Series& series, const std::vector<const Prediction*>& rows) {
    std::string middle;
    std::string upper;
    std::string lower;
    std::string dots;
    const std::size_t colour = colour_of(series.mode);
    for (const Prediction* point : series.points) {
        const double x = axes.x(parallelism(point->configuration));
        middle += fmt::format("{:.1f},{:.1f} ", x, axes.y(point->wall.mid));
        upper += fmt::format("{:.1f},{:.1f} ", x, axes.y(point->wall.high));
        lower.insert(0, fmt::format("{:.1f},{:.1f} ", x, axes.y(point->wall.low)));
        const int decimals = decimals_for(point->wall.mid);
        const std::string title = fmt::format(
            "{}: {} s ({})",
            escape_html(label(point->configuration)),
            seconds_text(point->wall.mid, decimals),
            range_text(point->wall, decimals)
        );
        dots += fmt::format(
            R"(<circle class="s{}" cx="{:.1f}" cy="{:.1f}" r="4" tabindex="0" role="img" )"
            R"(aria-label="{}" data-row="{}"><title>{}</title></circle>)",
            colour,
            x,
            axes.y(point->wall.mid),
            title,
            std::find(rows.begin(), rows.end(), point) - rows.begin(),
            title
        );
    }
    return fmt::format(
        "<polygon class=\"band s{0}\" points=\"{1}{2}\"/>"
        "<polyline class=\"line s{0}\" points=\"{3}\"/>{4}\n",
        colour,
        upper,
        lower,
        middle,
        dots
    );
}

std::string legend(const std::vector<Series>& all) {
    std::string items;
    for (const Series& series : all) {
        const std::string swatch = fmt::format(
            R"(<svg viewBox="0 0 28 12" aria-hidden="true"><polyline class="line s{}" )"
            R"(points="0,6 28,6"/></svg>)",
            colour_of(series.mode)
        );
        items += element("li", "", swatch + std::string(title_of(series.mode)));
    }
    items += R"(<li><svg viewBox="0 0 28 12" aria-hidden="true"><line class="base" x1="0" )"
             R"(x2="28" y1="6" y2="6"/></svg>sequential, measured</li>)";
    return element("ul", R"( class="legend")", items) + "\n";
}

std::string table(const std::vector<Series>& all) {
    std::string rows;
    Seconds smallest = all.front().points.front()->wall.mid;
    for (const Series& series : all) {
        for (const Prediction* point : series.points) {
            smallest = std::min(smallest, point->wall.mid);
        }
    }
    const int decimals = decimals_for(smallest);
    for (const Series& series : all) {
        for (const Prediction* point : series.points) {
            const std::uint32_t workers = parallelism(point->configuration);
            std::string cells = element("th", R"( scope="row")", title_of(series.mode));
            cells += number_cell(workers, fmt::format("{}", workers));
            for (const Seconds wall : {point->wall.low, point->wall.mid, point->wall.high}) {
                cells += number_cell(wall.value(), seconds_text(wall, decimals));
            }
            cells += element("td", "", escape_html(label(point->configuration)));
            rows += element("tr", "", cells) + "\n";
        }
    }
    return "<details><summary>The numbers of this chart</summary>"
           R"(<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the chart">)"
           R"(<table class="sortable"><thead><tr><th>mode</th><th class="number">workers</th>)"
           R"(<th class="number">low s</th><th class="number">middle s</th>)"
           "<th class=\"number\">high s</th><th>configuration</th></tr></thead>\n<tbody>\n"
           + rows + "</tbody></table></div></details>\n";
}

}  // namespace

std::vector<Series> series_of(const Advice& advice) {
    std::vector<Series> all;
    for (const std::string_view mode : k_modes) {
        std::map<std::uint32_t, const Prediction*> fastest;
        for (const Prediction& prediction : advice.predictions) {
            if (mode_of(prediction.configuration) != mode) {
                continue;
            }
            const auto [at, added] =
                fastest.emplace(parallelism(prediction.configuration), &prediction);
            if (!added && prediction.wall.mid < at->second->wall.mid) {
                at->second = &prediction;
            }
        }
        if (!fastest.empty()) {
            Series series{std::string(mode), {}};
            for (const auto& [workers, prediction] : fastest) {
                series.points.push_back(prediction);
            }
            all.push_back(std::move(series));
        }
    }
    return all;
}

std::string curve(const Advice& advice) {
    const std::vector<Series> all = series_of(advice);
    if (all.empty()) {
        return {};
    }
    const Axes axes = axes_of(advice, all);
    const double base = axes.y(advice.sequential_wall);
    std::string drawing = grid(axes, all);
    drawing += fmt::format(
        R"(<line class="base" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
        k_left,
        k_width - k_right,
        base,
        base
    );
    const auto rows = selected(advice, Selection::all);
    for (const Series& series : all) {
        drawing += drawn(axes, series, rows);
    }
    const std::string svg = fmt::format(
        R"(<svg class="curve" viewBox="0 0 {} {}" role="group" )"
        R"(aria-label="Predicted seconds over workers, one line a mode">{}</svg>)",
        k_width,
        k_height,
        drawing
    );
    return "<section>\n<h2>Seconds over workers</h2>\n<figure>\n" + legend(all)
           + R"(<div class="scroll" tabindex="0" role="region" aria-label="Chart">)" + svg
           + "</div>\n<output id=\"readout\"></output>\n<figcaption>Bands are for nine runs in "
             "ten. "
             "Each point is the fastest configuration of its mode.</figcaption>\n</figure>\n"
           + table(all) + "</section>\n";
}

}  // namespace advisor::report::html
