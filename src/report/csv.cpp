#include <advisor/base/text.hpp>
#include <advisor/report/export.hpp>

#include <fmt/format.h>

#include <cstddef>

#include "report/count_words.hpp"
#include "report/profile_summary.hpp"

namespace advisor {

namespace {

/// RFC 4180. A field that a spreadsheet could take for a formula is quoted but not changed: the
/// column is there to be joined with node ids, and a quote is all that CSV itself offers. Line
/// breaks are spelled out before, so that one test is one line.
std::string field(std::string_view raw) {
    std::string text = escape_terminal(raw);
    const bool formula =
        !text.empty() && std::string_view("=+-@").find(text[0]) != std::string_view::npos;
    if (!formula && text.find_first_of(",\"") == std::string::npos) {
        return text;
    }
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + "\"";
}

std::string seconds(Measured<Seconds> time) {
    return time.has_value() ? fmt::format("{:.6f}", time.value().value()) : "";
}

/// A column for each of `events`, each after a comma.
std::string counts_of(const TestCost& test, std::size_t events) {
    std::string out;
    for (std::size_t i = 0; i < events; ++i) {
        out += i < test.counts.size() ? fmt::format(",{}", test.counts[i]) : ",";
    }
    return out;
}

/// A test that never started has no costs, and with the wall clock alone no CPU was read: their
/// zeros are not measurements. Nor are shares of the GIL that rest on too few samples.
std::string line_of(const TestCost& test, const Profile& profile, bool gil_known) {
    const Cost total = test.total();
    const bool ran = test.outcome != TestOutcome::not_run;
    const auto known = [](bool is_known, Seconds time) {
        return is_known ? Measured<Seconds>(time, Source::measured) : Measured<Seconds>();
    };
    const bool cpu_known = ran && profile.host.rung != Rung::none;
    return fmt::format(
        "{},{},{},{},{},{},{},{}{}\n",
        field(test.id),
        name_of(test.outcome),
        seconds(known(ran, total.wall)),
        seconds(known(cpu_known, total.cpu())),
        ran ? seconds(total.core_wait) : "",
        cpu_known ? seconds(total.blocked()) : "",
        ran && gil_known ? seconds(total.gil_held) : "",
        test.peak_rss > Bytes(0) ? fmt::format("{}", test.peak_rss.value()) : "",
        counts_of(test, profile.counted.size())
    );
}

}  // namespace

std::string tests_csv(const Profile& profile) {
    std::string out = "id,outcome,wall_s,cpu_s,core_wait_s,blocked_s,gil_s,peak_rss_bytes";
    for (const std::string& event : profile.counted) {
        out += "," + field(report::column_name(event));
    }
    out += "\n";
    const bool gil_known = !report::is_gil_guessed(profile);
    for (const TestCost& test : profile.tests) {
        out += line_of(test, profile, gil_known);
    }
    return out;
}

}  // namespace advisor
