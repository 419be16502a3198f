#include <advisor/base/text.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/execute/run.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/recording.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

constexpr double k_patience = 10;  ///< times the predicted or sequential wall
constexpr Seconds k_least_deadline{600};

const Prediction* find(const Advice& advice, const std::string& wanted) {
    const auto found = std::find_if(
        advice.predictions.begin(),
        advice.predictions.end(),
        [&](const Prediction& prediction) { return spec(prediction.configuration) == wanted; }
    );
    return found == advice.predictions.end() ? nullptr : &*found;
}

/// What to run, and what is known about it beforehand.
struct Choice {
    Configuration configuration;
    std::optional<Prediction> predicted;
    std::optional<Seconds> sequential_wall;
};

Choice chosen_from(const Advice& advice, const std::string& wanted) {
    Choice choice;
    choice.sequential_wall = advice.sequential_wall;
    if (const Prediction* prediction = find(advice, wanted)) {
        choice.predicted = *prediction;
        choice.configuration = prediction->configuration;
    }
    return choice;
}

/// The user's own configuration; predicted if a recording of this suite is there already.
Choice asked_for(
    const Configuration& configuration,
    const Suite& suite,
    const Arguments& arguments,
    const Instruments& instruments,
    Shell& shell
) {
    Choice choice;
    choice.configuration = configuration;
    if (const auto profile = saved_profile(suite, discover_host(instruments.files))) {
        AdviseOptions options;
        options.asked_for = {configuration};
        const Advice advice = advice_for(
            *profile, suite, parameters_for(suite, arguments, instruments, shell), options
        );
        choice = chosen_from(advice, spec(configuration));
        choice.configuration = configuration;
    }
    return choice;
}

Result<Advice> advice_from_file(const std::string& path) {
    const auto text = read_document_file(path);
    return text ? read_advice(*text, path) : tl::unexpected(text.error());
}

/// Saved advice for this suite and machine, else made now.
Result<Advice> advice_here(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
) {
    if (auto saved = saved_advice(suite, discover_host(instruments.files))) {
        shell.note(fmt::format("advice of {}", advice_path(suite)));
        return std::move(*saved);
    }
    shell.note("no advice for this suite and machine yet: analysing first");
    auto recorded = record(suite, arguments, instruments, shell);
    if (!recorded) {
        return tl::unexpected(recorded.error());
    }
    const ModelParameters parameters = parameters_for(suite, arguments, instruments, shell);
    Advice advice = advice_for(recorded->profile, suite, parameters, {});
    if (const Status saved = save(suite, advice); !saved) {
        report_error(saved.error());
    }
    return advice;
}

Result<Choice> choose(
    const Suite& suite, const Arguments& arguments, const Instruments& instruments, Shell& shell
) {
    const auto configurations = configurations_of(arguments);
    if (!configurations) {
        return tl::unexpected(configurations.error());
    }
    if (configurations->size() > 1) {
        return fail(
            ErrorKind::usage,
            "advisor run takes one --configuration",
            fmt::format("it was given {}", configurations->size())
        );
    }
    if (!configurations->empty()) {
        if (const auto why =
                why_not_runnable(configurations->front(), suite.interpreter, suite.command)) {
            return tl::unexpected(*why);
        }
        return asked_for(configurations->front(), suite, arguments, instruments, shell);
    }
    const auto path = arguments.value("plan");
    const auto advice =
        path ? advice_from_file(*path) : advice_here(suite, arguments, instruments, shell);
    if (!advice) {
        return tl::unexpected(advice.error());
    }
    return chosen_from(*advice, advice->recommended);
}

Result<Seconds> deadline_of(const Arguments& arguments, const Choice& choice) {
    if (const auto text = arguments.value("deadline")) {
        const auto seconds = parse_duration_s(*text);
        return seconds ? Result<Seconds>(Seconds(*seconds)) : tl::unexpected(seconds.error());
    }
    Seconds expected = choice.sequential_wall.value_or(Seconds(0));
    if (choice.predicted) {
        expected = std::max(expected, choice.predicted->wall.high);
    }
    return expected > Seconds(0) ? std::max(k_least_deadline, expected * k_patience) : Seconds(0);
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
    const auto choice = choose(*suite, arguments, machinery.instruments(), shell);
    if (!choice) {
        return refused(choice.error());
    }
    const auto deadline = deadline_of(arguments, *choice);
    if (!deadline) {
        return refused(deadline.error());
    }
    RunRequest request{
        *suite,
        choice->configuration,
        choice->predicted,
        choice->sequential_wall,
        *deadline,
        shell.json() ? Stream::to_stderr : Stream::inherit};
    shell.note(fmt::format("running: {}", label(request.configuration)));
    const auto outcome = run_configuration(request, machinery.instruments());
    if (!outcome) {
        return refused(outcome.error());
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
        "failed, or where pytest says 0 although a test has no outcome.";
    spec.options = with_common(with_suite(
        {{"configuration", "SPEC", "run this one, such as sequential or processes=4,dist=load"},
         {"plan", "FILE", "take the advice of this document (advisor analyze --json)"},
         {"json-out", "FILE", "write what came of it as a JSON document"},
         {"deadline",
          "TIME",
          "end the run after this time (default: ten times what it should take)"},
         {"verbose", "", "show pytest's output while analysing, too"},
         {"no-calibration", "", "use shipped costs instead of measuring this machine"}}
    ));
    spec.examples = {
        "advisor run -- tests",
        "advisor run --configuration processes=4,dist=worksteal -- tests",
        "advisor run --json-out outcome.json -- -x tests"};
    spec.takes_suite = true;
    return {std::move(spec), run};
}

}  // namespace advisor::cli
