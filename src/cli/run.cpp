#include <advisor/base/text.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/execute/run.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/runners.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/measured.hpp"
#include "cli/recording.hpp"
#include "cli/run_choice.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

/// A runner that was asked for by name is run, and its defects are said.
void name_defects(const Configuration& configuration, Shell& shell) {
    for (const Runner& runner : shipped_runners()) {
        if (runner.name != configuration.runner_name) {
            continue;
        }
        for (const RunnerDefect& defect : runner.defects) {
            if (defect.severity == Severity::breaks) {
                shell.note(fmt::format("known defect of {}: {}", runner.name, defect.what));
            }
        }
    }
}

/// Of an option; nothing where it is not given.
Result<std::optional<Seconds>> time_of(const Arguments& arguments, const char* option) {
    const auto text = arguments.value(option);
    if (!text) {
        return std::nullopt;
    }
    const auto seconds = parse_duration_s(*text);
    return seconds ? Result<std::optional<Seconds>>(Seconds(*seconds))
                   : tl::unexpected(seconds.error());
}

Result<Seconds> deadline_of(const Arguments& arguments, const Choice& choice) {
    const auto asked = time_of(arguments, "deadline");
    if (!asked) {
        return tl::unexpected(asked.error());
    }
    if (*asked) {
        return **asked;
    }
    return patience_with(choice);
}

/// Forked workers and lanes look at what was collected, and end the run before the first test if it
/// cannot be run so safely; pytest has said why.
bool was_refused(const RunOutcome& outcome) {
    constexpr int k_usage_error = 4;
    return needs_lanes(outcome.configuration) && outcome.runner_exit_code == k_usage_error
           && outcome.conservation.collected > 0 && outcome.conservation.final == 0;
}

/// As chosen; where that was only advised and the suite refuses it, the next best.
Result<RunOutcome>
run_choice(RunRequest request, const Choice& choice, const Instruments& instruments, Shell& shell) {
    shell.note(fmt::format("running: {}", label(request.configuration)));
    auto outcome = run_known(request, instruments, shell);
    if (!outcome || !choice.other || !was_refused(*outcome)) {
        return outcome;
    }
    request.configuration = choice.other->configuration;
    request.predicted = choice.other;
    shell.note(fmt::format("running instead: {}", label(request.configuration)));
    return run_known(std::move(request), instruments, shell);
}

/// A suite that cannot be analysed, because pytest collects nothing or stops before a test: pytest
/// itself says it best, by its words and its exit code.
bool is_the_suites(const Error& error, const Arguments& arguments) {
    const bool analysed = !arguments.has("plan") && !arguments.has("configuration");
    return analysed && (error.kind == ErrorKind::input || error.kind == ErrorKind::suite_failed);
}

int run(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return k_own_failure;
    };
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return refused(suite.error());
    }
    auto choice = choose(*suite, arguments, machinery.instruments(), shell);
    if (!choice && is_the_suites(choice.error(), arguments)) {
        shell.note(fmt::format("nothing to advise: {}", choice.error().what));
        choice = Choice{};
    }
    if (!choice) {
        return refused(choice.error());
    }
    const auto deadline = deadline_of(arguments, *choice);
    if (!deadline) {
        return refused(deadline.error());
    }
    const auto stall = time_of(arguments, "stall");
    if (!stall) {
        return refused(stall.error());
    }
    RunRequest request;
    request.suite = *suite;
    request.sequential_wall = choice->sequential_wall;
    const Host host = discover_host(machinery.instruments().files);
    request.environment = thread_caps(*choice, host.usable_cores(), shell);
    request.deadline = *deadline;
    request.stall = stall->value_or(Seconds(0));
    request.rerun_lost = arguments.has("rerun-lost");
    request.output = shell.json() ? Stream::to_stderr : Stream::inherit;
    request.configuration = choice->configuration;
    request.predicted = choice->predicted;
    if (arguments.has("print-command")) {
        const auto words = command_for(request.configuration, suite->interpreter, suite->command);
        return shell.print(join_words(words) + "\n") ? 0 : k_own_failure;
    }
    name_defects(request.configuration, shell);
    const auto outcome = run_choice(std::move(request), *choice, machinery.instruments(), shell);
    if (!outcome) {
        return refused(outcome.error());
    }
    if (outcome->predicted && !choice->calibration.empty()) {
        keep_measured(*outcome, *suite, *outcome->predicted, choice->calibration, host);
    }
    if (const auto path = arguments.value("json-out")) {
        if (const Status written = write_file(*path, to_json(*outcome)); !written) {
            return refused(written.error());
        }
    }
    const std::string text =
        shell.json() ? to_json(*outcome) : "\n" + as_text(*outcome, shell.style());
    return shell.print(text) ? outcome->exit_code : k_own_failure;
}

}  // namespace

Command run_command() {
    CommandSpec spec;
    spec.name = "run";
    spec.summary = "runs the suite as advised, or in a configuration of your own";
    spec.usage = "[OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text =
        "Takes the advice saved by advisor analyze for the same arguments, and analyses first "
        "where "
        "there is none. The exit code is that of a sequential pytest run; 125 where advisor itself "
        "failed, or where a test has no outcome, or more than one.";
    spec.options = with_common(with_suite(
        {{"configuration", "SPEC", "run this one, such as sequential or processes=4,dist=load"},
         {"plan", "FILE", "take the advice of this document (advisor analyze --json)"},
         written_file("json-out", "write what came of it as a JSON document"),
         {"deadline",
          "TIME",
          "end the run after this time (default: ten times what it should take)"},
         {"stall",
          "TIME",
          "end a test that runs longer (default: 40 times what it took when recorded, and at least "
          "a minute)"},
         {"print-command",
          "",
          "print what would be run and do not run it (where there is no advice, analyse first)"},
         {"rerun-lost", "", "run tests that have no outcome once more, sequentially"},
         {"verbose", "", "show pytest's output while analysing, too"},
         no_calibration_option(),
         no_learning_option()}
    ));
    spec.examples = {
        "advisor run -- tests",
        "advisor run --configuration processes=4,dist=worksteal -- tests",
        "advisor run --json-out outcome.json -- -x tests"};
    spec.takes_suite = true;
    return {std::move(spec), run};
}

}  // namespace advisor::cli
