#include <advisor/advise/gate.hpp>
#include <advisor/measure/calibrate.hpp>
#include <advisor/report/markdown.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>
#include <advisor/store/model_data.hpp>

#include <fmt/format.h>

#include <charconv>

#include "cli/commands.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

Result<Profile> profile_given(const Arguments& arguments, std::string_view option) {
    const auto path = arguments.value(option);
    if (!path) {
        return fail(
            ErrorKind::usage,
            fmt::format("advisor gate needs --{}", option),
            "it compares two recordings of a suite",
            "advisor profile --output FILE makes one"
        );
    }
    return read_profile_file(*path);
}

/// "5", "5%", "7.5": per cent.
Result<double> threshold_of(const std::string& text) {
    double percent = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const bool in_range = percent >= 0 && percent <= 1000;  // which NaN is not
    if (error != std::errc() || (!rest.empty() && rest != "%") || !in_range) {
        return fail(
            ErrorKind::usage, fmt::format("'{}' is not a threshold", text), "", "for example 5%"
        );
    }
    return percent / 100;
}

int exit_code_of(GateOutcome outcome) {
    switch (outcome) {
    case GateOutcome::pass: return k_success;
    case GateOutcome::regression: return k_negative;
    case GateOutcome::inconclusive: return k_inconclusive;
    case GateOutcome::unfit: break;
    }
    return k_unfit;
}

Result<GateVerdict> verdict_of(const Arguments& arguments) {
    const auto base = profile_given(arguments, "base");
    const auto head = profile_given(arguments, "head");
    auto configurations = configurations_of(arguments);
    const auto threshold = threshold_of(arguments.value("threshold").value_or("5%"));
    if (!base || !head) {
        return tl::unexpected(!base ? base.error() : head.error());
    }
    if (!configurations || !threshold) {
        return tl::unexpected(!configurations ? configurations.error() : threshold.error());
    }
    GateOptions options;
    options.threshold = *threshold;
    options.configurations = std::move(*configurations);
    // What base's machine costs if it was calibrated here; both sides use the same, so that the
    // verdict hardly depends on it.
    const auto calibrated =
        cached_calibration(calibration_fingerprint(base->host, base->interpreter));
    return gate(*base, *head, calibrated.value_or(prior_parameters()), options);
}

int gate_profiles(const Arguments& arguments, Shell& shell) {
    const auto verdict = verdict_of(arguments);
    if (!verdict) {
        report_error(verdict.error());
        return k_usage;
    }
    if (const auto path = arguments.value("markdown")) {
        if (const Status written = write_file(*path, as_markdown(*verdict)); !written) {
            report_error(written.error());
            return k_usage;
        }
    }
    const std::string text = shell.json() ? to_json(*verdict) : as_text(*verdict, shell.style());
    return shell.print(text) ? exit_code_of(verdict->outcome) : k_usage;
}

}  // namespace

Command gate_command() {
    CommandSpec spec;
    spec.name = "gate";
    spec.summary = "fails a change that costs parallel speed, and names the test or fixture";
    spec.usage = "--base FILE --head FILE [OPTIONS]";
    spec.text =
        "Compares two recordings of a suite by what they would take in parallel on the same "
        "machine; noise of the machines does not count. Exit code 0 pass; 1 regression; 2 wrong "
        "options or files; 3 inconclusive; 4 a recording was disturbed too much.";
    spec.options = with_common(
        {{"base", "FILE", "recording before the change (advisor profile --output FILE)"},
         {"head", "FILE", "recording after it"},
         {"threshold", "PERCENT", "loss of predicted wall time that is a regression (default 5%)"},
         {"configuration", "SPEC", "compare in this one (default: a few of stock xdist)", true},
         written_file("markdown", "write the verdict for a step summary, too")}
    );
    spec.examples = {
        "advisor gate --base main.json --head branch.json",
        "advisor gate --base main.json --head branch.json --configuration processes=8,dist=load"};
    return {std::move(spec), gate_profiles};
}

}  // namespace advisor::cli
