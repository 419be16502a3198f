#include <advisor/base/text.hpp>
#include <advisor/measure/merge_profiles.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/recording.hpp"
#include "cli/saved.hpp"

namespace advisor::cli {

namespace {

constexpr std::uint32_t k_most_repeats = 99;

/// What the runs gave, in order; a failure is that of one run.
struct Series {
    std::vector<Profile> profiles;
    std::vector<Error> failures;
    std::uint32_t unrecorded = 0;
    bool interrupted = false;
};

/// A first run of which nothing came ends the series; a later one is left out.
Status add_run(Series& series, Result<Recorded> recorded) {
    if (recorded) {
        series.profiles.push_back(std::move(recorded->profile));
        series.interrupted = recorded->interrupted;
        if (recorded->failure) {
            series.failures.push_back(std::move(*recorded->failure));
        }
        return {};
    }
    if (series.profiles.empty()) {
        return tl::unexpected(std::move(recorded.error()));
    }
    report_error(recorded.error());
    ++series.unrecorded;
    series.failures.push_back(std::move(recorded.error()));
    return {};
}

/// That of the first run which failed, with how many did, and how others did that failed otherwise.
std::optional<Error> failure_of(const Series& series, std::uint32_t runs) {
    if (series.failures.empty()) {
        return std::nullopt;
    }
    constexpr std::size_t k_most_told = 3;
    Error failure = series.failures.front();
    std::set<std::string> told{failure.because};
    for (const Error& other : series.failures) {
        if (told.size() < k_most_told && told.insert(other.because).second) {
            failure.because += fmt::format("; in another run {}: {}", other.what, other.because);
        }
    }
    failure.what = fmt::format(
        "{} of {} did not succeed: {}",
        series.failures.size(),
        format_count(runs, "run"),
        failure.what
    );
    return failure;
}

std::string summary(const Repeats& repeats) {
    std::string line = how_merged(repeats);
    if (!repeats.unsteady.empty()) {
        line += fmt::format("; {} differed", format_count(repeats.unsteady.size(), "test"));
    }
    return line;
}

}  // namespace

Result<Recorded> record_repeatedly(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
) {
    const auto repeat = arguments.value("repeat");
    const auto runs = parse_count("repeat", repeat.value_or("1"), k_most_repeats);
    if (!runs) {
        return tl::unexpected(runs.error());
    }
    if (*runs == 1) {
        return record(suite, arguments, instruments, shell);
    }
    Series series;
    std::uint32_t number = 0;
    while (number < *runs && !series.interrupted) {
        ++number;
        const Turn turn{number, *runs};
        const Status added = add_run(series, record(suite, arguments, instruments, shell, turn));
        if (!added) {
            return tl::unexpected(added.error());
        }
    }
    Profile merged = merge_profiles(series.profiles, series.unrecorded);
    if (merged.repeats) {
        shell.note(summary(*merged.repeats));
    }
    const Status saved = save(suite, merged);
    if (!saved) {
        report_error(saved.error());
    }
    return Recorded{
        std::move(merged), failure_of(series, number), series.interrupted, saved.has_value()};
}

OptionSpec repeat_option() {
    return {
        "repeat",
        "N",
        "record N runs and take medians: for a machine that is not quiet, and to see how far times "
        "spread (default: 1)"};
}

}  // namespace advisor::cli
