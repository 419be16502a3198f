#include <advisor/host/machine.hpp>
#include <advisor/report/export.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/given_profile.hpp"
#include "cli/measured.hpp"
#include "cli/recording.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

Result<AdviseOptions> options_of(const Arguments& arguments) {
    AdviseOptions options;
    auto configurations = configurations_of(arguments);
    if (!configurations) {
        return tl::unexpected(configurations.error());
    }
    options.asked_for = std::move(*configurations);
    if (const auto text = arguments.value("workers")) {
        const auto most = parse_count("workers", *text, k_most_workers);
        if (!most) {
            return tl::unexpected(most.error());
        }
        options.most_workers = *most;
    }
    return options;
}

struct Basis {
    Suite suite;
    Recorded recorded;
};

/// From --profile, or by recording the suite now.
Result<Basis> basis_of(const Arguments& arguments, Machinery& machinery, Shell& shell) {
    if (const auto path = arguments.value("profile")) {
        if (arguments.has("repeat")) {
            return fail(
                ErrorKind::usage,
                "--profile and --repeat contradict each other",
                "a saved profile is not recorded again",
                "leave one of them out"
            );
        }
        auto given = given_profile(*path, arguments, machinery.launcher);
        if (!given) {
            return tl::unexpected(given.error());
        }
        return Basis{std::move(given->suite), {std::move(given->profile), std::nullopt}};
    }
    auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    auto recorded = record_repeatedly(*suite, arguments, machinery.instruments(), shell);
    if (!recorded) {
        return tl::unexpected(recorded.error());
    }
    return Basis{std::move(*suite), std::move(*recorded)};
}

/// Of --measured FILE, or what was kept of the suite that was recorded here.
Result<std::vector<MeasuredRun>> runs_to_learn_from(
    const Basis& basis, const ModelParameters& parameters, const Arguments& arguments
) {
    if (const auto path = arguments.value("measured")) {
        return measured_runs_in(*path);
    }
    return measured_runs(basis.suite, parameters, basis.recorded.profile.host, arguments);
}

int analyze(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return exit_code_of(error);
    };
    auto options = options_of(arguments);
    if (!options) {
        return refused(options.error());
    }
    Machinery machinery;
    const auto basis = basis_of(arguments, machinery, shell);
    if (!basis) {
        return refused(basis.error());
    }
    if (const Status going = unless_stopped(basis->recorded); !going) {
        report_error(going.error());
        return k_suite_failed;
    }
    auto parameters =
        parameters_given_or_for(basis->suite, arguments, machinery.instruments(), shell);
    if (!parameters) {
        return refused(parameters.error());
    }
    if (arguments.has("model-ranges")) {
        parameters->scored.clear();
    }
    auto measured = runs_to_learn_from(*basis, *parameters, arguments);
    if (!measured) {
        return refused(measured.error());
    }
    options->measured = std::move(*measured);
    const Advice advice =
        advice_for(basis->recorded.profile, basis->suite, *parameters, std::move(*options));
    // Where the recording could not be saved, that was said, and the advice goes to the same place.
    const bool saves = !arguments.has("profile") && basis->recorded.saved;
    if (saves && basis->recorded.profile.run.complete) {
        if (const Status saved = save(basis->suite, advice); !saved) {
            report_error(saved.error());
        }
    }
    if (!shell.print(shell.json() ? to_json(advice) : as_text(advice, shell.style()))) {
        return k_usage;
    }
    if (const auto page = arguments.value("html")) {
        if (const Status written = write_file(*page, as_html(advice)); !written) {
            return refused(written.error());
        }
    }
    if (basis->recorded.failure) {
        return refused(*basis->recorded.failure);
    }
    return advice.suite_failed ? k_suite_failed : k_success;
}

}  // namespace

Command analyze_command() {
    CommandSpec spec;
    spec.name = "analyze";
    spec.summary =
        "records one sequential run, predicts every way to run it in parallel, ranks them";
    spec.usage = "[OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text =
        "Exit code 0; 2 where there is nothing to analyse or an option is wrong; 3 where the suite "
        "failed (the advice is given all the same, and marked).";
    spec.options = with_common(with_suite(with_recording(
        {{"profile", "FILE", "take a recording (advisor profile --output) instead of running"},
         repeat_option(),
         {"configuration",
          "SPEC",
          "predict this one too, such as processes=4,dist=worksteal",
          true},
         {"workers", "N", "consider at most N workers (default: from cores and waiting)"},
         calibration_option(),
         {"model-ranges", "", "ranges by the model alone, not as wide as measured suites say"},
         {"measured", "FILE", "learn from the runs in this document (.advisor/runs-*.json)"},
         no_learning_option(),
         {"all", "", "print all predictions, not only the best"},
         written_file("html", "write the advice as a page, too")}
    )));
    spec.examples = {
        "advisor analyze -- tests",
        "advisor analyze --python .venv/bin/python -- -q -m 'not slow'",
        "advisor analyze --configuration processes=8,dist=loadfile --json -- tests"};
    spec.takes_suite = true;
    return {std::move(spec), analyze};
}

}  // namespace advisor::cli
