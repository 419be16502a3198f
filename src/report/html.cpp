#include <advisor/base/text.hpp>
#include <advisor/report/export.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>

#include "report/embedded.hpp"
#include "report/html_parts.hpp"
#include "report/json_text.hpp"
#include "report/numbers.hpp"
#include "report/words.hpp"

namespace advisor {

namespace {

using namespace report::html;

/// Replaces each {{name}} of `page` once, from left to right: what is filled in is not searched.
std::string filled(std::string_view page, const std::map<std::string, std::string>& holes) {
    std::string out;
    while (true) {
        const std::size_t open = page.find("{{");
        const std::size_t close = page.find("}}", open);
        if (open == std::string_view::npos || close == std::string_view::npos) {
            return out += page;
        }
        out += page.substr(0, open);
        out += holes.at(std::string(page.substr(open + 2, close - open - 2)));
        page.remove_prefix(close + 2);
    }
}

/// RFC 4648; CMake gives hashes in hexadecimal only, a policy takes base64 only.
std::string base64_of_hex(std::string_view hex) {
    constexpr std::string_view k_alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    // Three bytes are six hexadecimal digits and four characters of base64.
    for (; !hex.empty(); hex.remove_prefix(std::min<std::size_t>(6, hex.size()))) {
        std::string group(hex.substr(0, 6));
        const std::size_t characters = group.size() / 2 + 1;
        group.resize(6, '0');
        std::uint32_t bits = 0;
        std::from_chars(group.data(), group.data() + group.size(), bits, 16);
        for (std::size_t i = 0; i < 4; ++i) {
            out += i < characters ? k_alphabet.at((bits >> (18 - 6 * i)) & 0x3fU) : '=';
        }
    }
    return out;
}

/// Nothing is loaded, and of scripts and styles only those compiled in, by their hash, are used:
/// markup that slipped through an escaper could still not run.
std::string policy() {
    return fmt::format(
        "default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'sha256-{}'; "
        "style-src 'sha256-{}'",
        base64_of_hex(ADVISOR_PAGE_JS_SHA256),
        base64_of_hex(ADVISOR_PAGE_CSS_SHA256)
    );
}

std::string interval(double low, double mid, double high) {
    return report::JsonObject().number("low", low).number("mid", mid).number("high", high).str();
}

/// What the script shows beside a point, by the row of the table.
std::string data(const Advice& advice) {
    std::vector<std::string> rows;
    for (const Prediction* row : report::selected(advice, report::Selection::all)) {
        const Interval<Seconds>& wall = row->wall;
        rows.push_back(
            report::JsonObject()
                .text("spec", spec(row->configuration))
                .text("label", label(row->configuration))
                .raw("wall_s", interval(wall.low.value(), wall.mid.value(), wall.high.value()))
                .raw("speedup", interval(row->speedup.low, row->speedup.mid, row->speedup.high))
                .text("limited_by", report::bound_words(*row))
                .str()
        );
    }
    return report::JsonObject()
        .text("recommended", advice.recommended)
        .number("sequential_wall_s", advice.sequential_wall.value())
        .raw("predictions", report::json_array(rows))
        .str();
}

std::string headline(const Advice& advice) {
    const Prediction* best = report::recommended_of(advice);
    if (best == nullptr) {
        return "No configuration could be recommended";
    }
    const Seconds sequential = report::predicted_sequentially(advice);
    return fmt::format(
        "{}: {} s instead of {} s",
        label(best->configuration),
        report::seconds_text(best->wall.mid, report::decimals_for(best->wall.mid)),
        report::seconds_text(sequential, report::decimals_for(sequential))
    );
}

std::string header(const Advice& advice) {
    std::string line;
    for (const std::string& fact : report::advice_facts(advice)) {
        line += line.empty() ? "" : " &middot; ";
        line += escape_html(fact);
    }
    std::string out = element("h1", "", escape_html(headline(advice))) + "\n";
    out += element("p", R"( class="facts")", line) + "\n";
    const std::string note = report::failure_note(advice);
    out += note.empty() ? "" : element("p", R"( class="banner")", note) + "\n";
    return out;
}

std::string recommendation(const Advice& advice) {
    const Prediction* best = report::recommended_of(advice);
    if (best == nullptr) {
        return {};
    }
    std::string out = "<section aria-label=\"Recommendation\">\n";
    const int decimals = report::decimals_for(best->wall.mid);
    out += fmt::format(
        "<p><strong class=\"fast\">{} faster</strong> ({}), {} to {} s in nine runs of ten.</p>\n",
        report::times_text(best->speedup.mid),
        report::range_text(best->speedup),
        report::seconds_text(best->wall.low, decimals),
        report::seconds_text(best->wall.high, decimals)
    );
    if (!best->command.empty()) {
        const std::string command = escape_html(report::shell_line(best->command));
        out += element("pre", "", element("code", "", command)) + "\n";
    }
    return out + element("p", "", escape_html(advice.reason)) + "\n</section>\n";
}

std::string gaps(const Advice& advice) {
    std::string out;
    for (const Missing& gap : report::grouped(advice.measured_with.missing)) {
        out += element("li", "", escape_html(gap.what + ": " + gap.because)) + "\n";
    }
    if (!out.empty()) {
        out = "<h2>Not measured</h2>\n" + element("ul", "", out) + "\n";
    }
    const std::string note = report::prior_note(advice.parameters);
    if (!note.empty()) {
        out += element("p", R"( class="hint")", escape_html(note)) + "\n";
    }
    return out.empty() ? out : element("section", "", out) + "\n";
}

}  // namespace

std::string as_html(const Advice& advice) {
    return filled(
        embedded_advice_html(),
        {{"policy", policy()},
         {"title", escape_html(headline(advice))},
         {"style", std::string(embedded_advice_css())},
         {"body",
          header(advice) + recommendation(advice) + curve(advice) + predictions(advice)
              + stacks(advice) + findings(advice) + gaps(advice)},
         {"data", data(advice)},
         {"script", std::string(embedded_advice_js())}}
    );
}

}  // namespace advisor
