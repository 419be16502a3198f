#include "cli/recording.hpp"

#include <advisor/base/text.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/measure/calibrate.hpp>
#include <advisor/measure/profile_suite.hpp>
#include <advisor/measure/recover_profile.hpp>
#include <advisor/model/calibration_fit.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/model_data.hpp>
#include <advisor/store/recording.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

constexpr int k_pytest_usage_error = 4;
constexpr int k_pytest_no_tests = 5;

/// "recording", or "recording 2 of 3"
std::string doing(Turn turn) {
    return turn.of == 1 ? "recording" : fmt::format("recording {} of {}", turn.number, turn.of);
}

std::string progress_line(Turn turn, const ProfileProgress& at) {
    const std::string where = at.stage == "testing"
                                  ? fmt::format("{} of {} tests", at.started, at.collected)
                                  : std::string(at.stage);
    std::string line = fmt::format("{}: {}, {:.0f} s", doing(turn), where, at.elapsed.value());
    if (at.remaining) {
        line += fmt::format(", about {:.0f} s left", at.remaining->value());
    }
    if (at.failed > 0) {
        line += fmt::format(", {} failed", at.failed);
    }
    return line;
}

/// The end of pytest's output, for standard error.
std::string tail_of(const std::string& output) {
    constexpr std::size_t k_lines = 25;
    std::size_t at = output.find_last_not_of("\n ");
    if (at == std::string::npos) {
        return "";
    }
    const std::size_t end = at + 1;
    for (std::size_t lines = 0; at != std::string::npos && at > 0; --at) {
        if (output[at] == '\n' && ++lines == k_lines) {
            ++at;
            break;
        }
    }
    std::string text;
    for (std::size_t begin = at; begin < end;) {
        const std::size_t stop = std::min(output.find('\n', begin), end);
        text += "  | " + escape_terminal(output.substr(begin, stop - begin)) + "\n";
        begin = stop + 1;
    }
    return text;
}

std::size_t tests_that_ran(const Profile& profile) {
    return static_cast<std::size_t>(std::count_if(
        profile.tests.begin(),
        profile.tests.end(),
        [](const TestCost& test) {
            return test.outcome != TestOutcome::not_run && test.outcome != TestOutcome::interrupted;
        }
    ));
}

bool began_none(const Profile& profile) {
    return std::all_of(profile.tests.begin(), profile.tests.end(), [](const TestCost& test) {
        return test.outcome == TestOutcome::not_run;
    });
}

/// Of tests that follow one another on one thread, the end of the run can only cut off one.
bool several_went_elsewhere(const Profile& profile) {
    const auto went = [](const TestCost& test) {
        return test.begin > Seconds(0) && !(test.total().wall > Seconds(0));
    };
    return std::count_if(profile.tests.begin(), profile.tests.end(), went) > 1;
}

/// Why there is nothing to analyse, if so.
std::optional<Error> nothing_to_analyse(const ProfiledSuite& profiled) {
    const Profile& profile = profiled.profile;
    if (tests_that_ran(profile) > 0) {
        return std::nullopt;
    }
    const int code = profile.run.exit_code.value_or(-1);
    if (code == 0 && several_went_elsewhere(profile)) {
        return Error{
            ErrorKind::input,
            "pytest ran its tests on another thread than the one that it was started on",
            "of those that began there, none was set up there",
            "leave out the plugin or the hook that does so: advisor records tests that follow one "
            "another on one thread"};
    }
    // A suite may end the interpreter with any code, while it is imported.
    const bool is_pytests = !profiled.while_collecting;
    if (code == k_pytest_usage_error && is_pytests) {
        return Error{
            ErrorKind::input,
            "pytest did not start the suite",
            "it says usage error (exit code 4): a path, an option or a conftest file is wrong",
            "run the same command without advisor; its arguments stand after --"};
    }
    if (code == 0 && began_none(profile)) {
        return Error{
            ErrorKind::input,
            "pytest ran no test that could be seen",
            profile.tests.empty() ? profile.run.incomplete_because
                                  : fmt::format(
                                      "of {} that it collected, none was called on the thread that "
                                      "pytest was started on",
                                      profile.tests.size()
                                  ),
            "leave out what makes pytest show and not run, such as --collect-only or --help, and "
            "plugins that run tests on other threads or in other processes; and see that no "
            "module ends the interpreter or unregisters advisor's plugin"};
    }
    if (code == k_pytest_no_tests && is_pytests) {
        return Error{
            ErrorKind::input,
            "pytest collected no tests",
            fmt::format("in {}", profile.run.directory),
            "name the tests after --, as in: -- tests"};
    }
    const std::string& cut_off = profile.run.incomplete_because;
    const bool too_late = profiled.timed_out;
    return Error{
        ErrorKind::suite_failed,
        too_late ? "no test ended before the deadline"
                 : "the suite failed before any test could be measured",
        cut_off.empty()
            ? fmt::format("pytest exited with {}, and on its first thread no test ended", code)
            : cut_off,
        too_late ? "give it more time: --deadline"
                 : "mend it first: run the same command without advisor"};
}

Error stopped(const Profile& profile) {
    return {
        ErrorKind::environment,
        "the recording was stopped",
        profile.run.incomplete_because,
        "nothing was predicted or run; give the command again to start over"};
}

/// "1 test failed, 2 tests had errors"; nothing where there is none.
std::string failures_of(const Profile& profile) {
    std::size_t errors = 0;
    std::size_t failed = 0;
    for (const TestCost& test : profile.tests) {
        (test.outcome == TestOutcome::error ? errors : failed) += is_failure(test.outcome) ? 1 : 0;
    }
    std::vector<std::string> parts;
    if (failed > 0) {
        parts.push_back(format_count(failed, "test") + " failed");
    }
    if (errors > 0) {
        parts.push_back(format_count(errors, "test") + " had errors");
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::optional<Error> failure_of(const Profile& profile) {
    if (!profile.run.complete) {
        return Error{
            ErrorKind::suite_failed,
            "the recording is incomplete",
            profile.run.incomplete_because,
            "what is said of the suite rests on the tests that ran"};
    }
    const std::string failures = failures_of(profile);
    if (!profile.run.cut_off_because.empty()) {
        return Error{
            ErrorKind::suite_failed,
            "the suite did not end by itself",
            fmt::format(
                "{}{} after its last test",
                failures.empty() ? "" : failures + ", and ",
                profile.run.cut_off_because
            ),
            "see what it waits for, such as a thread that is no daemon or a function of atexit; or "
            "give it more time: --deadline"};
    }
    const bool succeeded = profile.run.exit_code == 0;
    if (!succeeded || !failures.empty()) {
        return Error{
            ErrorKind::suite_failed,
            "the suite failed",
            fmt::format(
                "{}{}",
                failures.empty() ? "" : failures + (succeeded ? ", but " : ", and "),
                profile.run.signal
                    ? fmt::format("signal {} ended pytest after its last test", *profile.run.signal)
                    : fmt::format("pytest exited with {}", profile.run.exit_code.value_or(-1))
            ),
            failures.empty() ? "run the same command without advisor to see why"
                             : "failing tests may take another time when they pass"};
    }
    return std::nullopt;
}

Result<GilReading> gil_reading(const Arguments& arguments) {
    const std::string given = arguments.value("gil").value_or("auto");
    if (given == "auto") {
        return GilReading::automatic;
    }
    if (given == "none") {
        return GilReading::none;
    }
    if (given == "exact") {
        return GilReading::exact;
    }
    return fail(
        ErrorKind::usage,
        fmt::format("--gil {} is not known", given),
        "it is neither auto nor exact nor none",
        "--gil auto samples it from outside, --gil exact counts it, --gil none leaves it alone"
    );
}

std::string shell_words(const std::vector<std::string>& words) {
    return escape_terminal(join_words(words));
}

void remove(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
}

/// Names the newest recording of the suite whose advisor was killed; those before it go.
void tell_interrupted(const Suite& suite, const Shell& shell) {
    std::vector<std::string> paths = interrupted_recordings(recording_prefix(suite));
    if (!paths.empty()) {
        shell.note(fmt::format(
            "an earlier recording of this suite was cut off; until a whole one replaces it: "
            "advisor profile --recover {}",
            paths.front()
        ));
        paths.erase(paths.begin());
        remove(paths);
    }
}

/// The recording's file is needed no more, nor what was interrupted before a complete one.
void forget_recordings(const Suite& suite, const ProfiledSuite& profiled) {
    if (profiled.kept) {
        profiled.kept->remove();
    }
    if (profiled.profile.run.complete) {
        remove(interrupted_recordings(recording_prefix(suite)));
    }
}

}  // namespace

std::vector<OptionSpec> with_recording(std::vector<OptionSpec> options) {
    options.push_back({"deadline", "TIME", "end the suite after this time, such as 20m"});
    options.push_back(
        {"gil",
         "auto|exact|none",
         "sample who holds the GIL (auto), count it from within, or neither (default: auto)"}
    );
    options.push_back(
        {"no-peaks", "", "leave the kernel's count of peak memory alone, for a suite that reads it"}
    );
    options.push_back({"verbose", "", "show pytest's own output, on standard error"});
    options.push_back(no_calibration_option());
    return options;
}

Result<Recorded> record(
    const Suite& suite,
    const Arguments& arguments,
    const Instruments& instruments,
    Shell& shell,
    Turn turn
) {
    ProfileOptions options;
    if (const auto deadline = arguments.value("deadline")) {
        const auto seconds = parse_duration_s(*deadline);
        if (!seconds) {
            return tl::unexpected(seconds.error());
        }
        options.deadline = Seconds(*seconds);
    }
    const auto gil = gil_reading(arguments);
    if (!gil) {
        return tl::unexpected(gil.error());
    }
    options.gil = *gil;
    options.peaks = !arguments.has("no-peaks");
    const bool verbose = arguments.has("verbose");
    options.output = verbose ? Stream::to_stderr : Stream::capture;
    if (!verbose) {
        options.progress = [&](const ProfileProgress& at) {
            shell.progress(progress_line(turn, at));
        };
    }
    options.keep_as = recording_prefix(suite);
    if (turn.number == 1) {
        tell_interrupted(suite, shell);
    }
    shell.note(fmt::format(
        "{}{}: {}",
        doing(turn),
        turn.of == 1 ? " one sequential run" : " sequential runs",
        shell_words(suite.command.words())
    ));
    auto profiled = profile_suite(suite, instruments, options);
    shell.end_progress();
    if (!profiled) {
        return tl::unexpected(profiled.error());
    }
    const Profile& profile = profiled->profile;
    const auto nothing = nothing_to_analyse(*profiled);
    auto failure = failure_of(profile);
    if (nothing || failure) {
        shell.note(tail_of(profiled->output));
    }
    if (nothing) {
        forget_recordings(suite, *profiled);
        return tl::unexpected(profiled->interrupted ? stopped(profile) : *nothing);
    }
    const std::size_t ran = tests_that_ran(profile);
    shell.note(fmt::format(
        "recorded {}{} in {}",
        ran == profile.tests.size() ? "" : fmt::format("{} of ", ran),
        format_count(profile.tests.size(), "test"),
        format_seconds(profile.run.wall)
    ));
    Status saved = save(suite, profile);
    if (!saved && turn.of == 1) {
        report_error(saved.error());  // of several, what they make together is saved, and said
    }
    if (saved) {
        forget_recordings(suite, *profiled);
    }
    return Recorded{
        std::move(profiled->profile), std::move(failure), profiled->interrupted, saved.has_value()};
}

Status unless_stopped(const Recorded& recorded) {
    if (!recorded.interrupted) {
        return {};
    }
    return tl::unexpected(stopped(recorded.profile));
}

Result<Recorded> recover(const std::optional<std::string>& path) {
    const std::vector<std::string> paths =
        path ? std::vector{*path} : interrupted_recordings(recording_prefix());
    if (paths.empty()) {
        return fail(
            ErrorKind::input,
            "there is no recording to recover",
            fmt::format(
                "no recording that was cut off after its first test is kept of {}",
                current_directory()
            ),
            "name its file: advisor profile --recover FILE"
        );
    }
    const auto text = read_file(paths.front(), k_largest_recording);
    auto profile = text ? recover_profile(*text, paths.front()) : tl::unexpected(text.error());
    if (!profile) {
        return tl::unexpected(profile.error());
    }
    auto failure = failure_of(*profile);
    return Recorded{std::move(*profile), std::move(failure)};
}

Result<ModelParameters>
calibrate_now(const Suite& suite, const Instruments& instruments, Shell& shell, Pace pace) {
    CalibrationOptions options;
    options.pace = pace;
    options.progress = [&](std::string_view step) {
        shell.progress(fmt::format("calibrating: {}", step));
    };
    const auto seen = calibrate(suite.interpreter, instruments, options);
    shell.end_progress();
    if (!seen) {
        return tl::unexpected(seen.error());
    }
    if (seen->no_spawn) {
        report_error(*seen->no_spawn);
    }
    ModelParameters parameters = fit_parameters(*seen, prior_parameters());
    parameters.measured_utc = utc_now();
    parameters.fingerprint =
        calibration_fingerprint(discover_host(instruments.files), suite.interpreter);
    parameters.disturbed = is_disturbed(seen->disturbance);
    if (parameters.disturbed) {
        shell.note(fmt::format(
            "advisor: other processes used {} of the machine meanwhile, so this calibration serves "
            "for an hour; advisor calibrate makes another",
            format_percent(seen->disturbance.foreign_fraction.value_or(0))
        ));
    }
    if (const Status cached = cache_calibration(parameters); !cached) {
        report_error(cached.error());
    }
    return parameters;
}

ModelParameters parameters_for(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
) {
    if (arguments.has("no-calibration")) {
        return prior_parameters();
    }
    const std::string fingerprint =
        calibration_fingerprint(discover_host(instruments.files), suite.interpreter);
    if (auto cached = cached_calibration(fingerprint)) {
        return std::move(*cached);
    }
    shell.note("measuring what workers cost on this machine (once, about 20 s)");
    const auto parameters = calibrate_now(suite, instruments, shell);
    if (!parameters) {
        report_error(parameters.error());
        shell.note("advisor: predicting with shipped costs, with wider intervals");
        return prior_parameters();
    }
    return *parameters;
}

Result<ModelParameters> parameters_given_or_for(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
) {
    if (const auto path = arguments.value("calibration")) {
        const auto text = read_document_file(*path);
        return text ? read_calibration(*text, *path) : tl::unexpected(text.error());
    }
    return parameters_for(suite, arguments, instruments, shell);
}

OptionSpec no_calibration_option() {
    OptionSpec option{"no-calibration", "", "use shipped costs instead of measuring this machine"};
    option.excludes = "calibration";
    return option;
}

OptionSpec calibration_option() {
    return {
        "calibration",
        "FILE",
        "take costs of workers that advisor calibrate --json printed, maybe elsewhere"};
}

Advice advice_for(
    const Profile& profile,
    const Suite& suite,
    const ModelParameters& parameters,
    AdviseOptions options
) {
    options.ability = ability_of(suite.interpreter, suite.command);
    Advice advice = advise(profile, parameters, options);
    for (Prediction& prediction : advice.predictions) {
        const auto why =
            why_not_runnable(prediction.configuration, suite.interpreter, suite.command);
        if (prediction.can_run && why) {
            prediction.can_run = false;
            prediction.cannot_run_because = why->because;
        }
        const bool of_processes =
            std::holds_alternative<Processes>(prediction.configuration.runner);
        const bool spelt =
            prediction.configuration.shards == 1 && (prediction.can_run || of_processes);
        if (spelt) {
            prediction.command =
                command_for(prediction.configuration, suite.interpreter, suite.command);
        }
    }
    return advice;
}

}  // namespace advisor::cli
