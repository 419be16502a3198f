#include <advisor/advise/verify.hpp>
#include <advisor/dialect/runner.hpp>
#include <advisor/execute/run.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/measured.hpp"
#include "cli/recording.hpp"
#include "cli/run_choice.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

constexpr std::uint32_t k_top = 3;
constexpr std::uint32_t k_rounds = 3;
constexpr std::uint32_t k_most = 100;

Result<std::uint32_t>
count_of(const Arguments& arguments, const char* option, std::uint32_t usual) {
    const auto text = arguments.value(option);
    return text ? parse_count(option, *text, k_most) : Result<std::uint32_t>(usual);
}

/// The saved advice, or new one; with --configuration, of these.
Result<Advice> advice_of(
    const Suite& suite,
    const std::vector<Configuration>& asked_for,
    const Arguments& arguments,
    const Instruments& instruments,
    Shell& shell
) {
    auto advice = advice_here(suite, arguments, instruments, shell);
    if (!advice || asked_for.empty()) {
        return advice;
    }
    const Host host = discover_host(instruments.files);
    const auto profile = saved_profile(suite, host);
    if (!profile) {
        return fail(
            ErrorKind::environment,
            "cannot predict these configurations",
            fmt::format("the recording {} is gone", profile_path(suite)),
            "advisor profile makes one"
        );
    }
    const ModelParameters parameters = parameters_for(suite, arguments, instruments, shell);
    AdviseOptions options;
    options.asked_for = asked_for;
    options.measured = measured_runs(suite, parameters, host, arguments);
    return advice_for(*profile, suite, parameters, std::move(options));
}

/// Sequential first, then what is asked for or the best of each mode.
Result<std::vector<VerifiedConfiguration>> promises_of(
    const Advice& advice, const Suite& suite, std::vector<Configuration> asked_for, std::size_t most
) {
    if (asked_for.empty()) {
        for (const Prediction& prediction : worth_verifying(advice, most)) {
            asked_for.push_back(prediction.configuration);
        }
    }
    asked_for.insert(asked_for.begin(), Configuration{});
    std::vector<VerifiedConfiguration> promises;
    for (const Configuration& configuration : asked_for) {
        if (const auto why = why_not_runnable(configuration, suite.interpreter, suite.command)) {
            return tl::unexpected(*why);
        }
        const auto known = [&](const VerifiedConfiguration& other) {
            return other.prediction.configuration == configuration;
        };
        const Choice choice = chosen_from(advice, spec(configuration));
        if (choice.predicted && std::none_of(promises.begin(), promises.end(), known)) {
            promises.emplace_back().prediction = *choice.predicted;
        }
    }
    return promises;
}

Error interrupted() {
    return {
        ErrorKind::environment,
        "advisor verify was interrupted",
        "a run of the suite ended early",
        "what was measured until then is not judged"};
}

/// All configurations once, in turns: what the machine does meanwhile falls on all of them.
Status run_round(
    std::vector<VerifiedConfiguration>& runs,
    const Advice& advice,
    const RunRequest& plain,
    const Instruments& instruments,
    Shell& shell
) {
    constexpr int k_interrupted = 2;
    const Host host = discover_host(instruments.files);
    for (VerifiedConfiguration& run : runs) {
        const Choice choice = chosen_from(advice, spec(run.prediction.configuration));
        RunRequest request = plain;
        request.configuration = choice.configuration;
        request.deadline = patience_with(choice);
        request.environment = thread_caps(choice, host.usable_cores(), shell);
        shell.note(fmt::format("round {}: {}", run.walls.size() + 1, label(choice.configuration)));
        const auto outcome = run_known(std::move(request), instruments, shell);
        if (!outcome) {
            return tl::unexpected(outcome.error());
        }
        if (outcome->runner_signal || outcome->exit_code == k_interrupted) {
            return tl::unexpected(interrupted());
        }
        keep_measured(*outcome, plain.suite, run.prediction, choice.calibration, host);
        run.walls.push_back(outcome->wall);
        run.exit_codes.push_back(outcome->exit_code);
    }
    return {};
}

int verify_suite(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return exit_code_of(error);
    };
    const auto most = count_of(arguments, "top", k_top);
    const auto rounds = count_of(arguments, "rounds", k_rounds);
    const auto asked_for = configurations_of(arguments);
    if (!most || !rounds || !asked_for) {
        return refused(!most ? most.error() : !rounds ? rounds.error() : asked_for.error());
    }
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return refused(suite.error());
    }
    const auto advice = advice_of(*suite, *asked_for, arguments, machinery.instruments(), shell);
    if (!advice) {
        return refused(advice.error());
    }
    auto runs = promises_of(*advice, *suite, *asked_for, *most);
    if (!runs) {
        return refused(runs.error());
    }
    RunRequest plain;
    plain.suite = *suite;
    plain.output = arguments.has("verbose") ? Stream::to_stderr : Stream::discard;
    for (std::uint32_t round = 0; round < *rounds; ++round) {
        const Status ended = run_round(*runs, *advice, plain, machinery.instruments(), shell);
        if (!ended) {
            return refused(ended.error());
        }
    }
    const Verification seen = verify(std::move(*runs));
    if (!shell.print(shell.json() ? to_json(seen) : as_text(seen, shell.style()))) {
        return k_usage;
    }
    return seen.holds ? k_success : k_negative;
}

}  // namespace

Command verify_command() {
    CommandSpec spec;
    spec.name = "verify";
    spec.summary = "runs the best configurations in turns and holds them to their predictions";
    spec.usage = "[OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text =
        "Runs sequential and the best configuration of each mode, in rounds, and prints predicted "
        "beside measured. Exit code 0; 1 where a configuration is less fast, beside the sequential "
        "runs, than promised by more than the noise, or ends with another exit code; 2 where it "
        "cannot be told.";
    spec.options = with_common(with_suite(
        {{"configuration", "SPEC", "verify this one instead of the best", true},
         {"top", "K", "verify the best of at most K modes (default: 3)"},
         {"rounds", "N", "run each N times (default: 3)"},
         {"verbose", "", "show pytest's output, too"},
         no_calibration_option(),
         no_learning_option()}
    ));
    spec.examples = {
        "advisor verify -- tests", "advisor verify --rounds 5 --configuration forked=4 -- tests"};
    spec.takes_suite = true;
    return {std::move(spec), verify_suite};
}

}  // namespace advisor::cli
