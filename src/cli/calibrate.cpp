#include <advisor/host/clock.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/measure/calibrate.hpp>
#include <advisor/model/calibration_fit.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/model_data.hpp>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

Result<ModelParameters>
measured_now(const Suite& suite, const Instruments& instruments, Shell& shell) {
    CalibrationOptions options;
    options.progress = [&](std::string_view step) {
        shell.progress(fmt::format("calibrating: {}", step));
    };
    const auto seen = calibrate(suite.interpreter, instruments, options);
    shell.end_progress();
    if (!seen) {
        return tl::unexpected(seen.error());
    }
    ModelParameters parameters = fit_parameters(*seen, prior_parameters());
    parameters.measured_utc = utc_now();
    parameters.fingerprint =
        calibration_fingerprint(discover_host(instruments.files), suite.interpreter);
    return parameters;
}

int calibrate_here(const Arguments& arguments, Shell& shell) {
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        report_error(suite.error());
        return exit_code_of(suite.error());
    }
    const auto parameters = measured_now(*suite, machinery.instruments(), shell);
    if (!parameters) {
        report_error(parameters.error());
        return exit_code_of(parameters.error());
    }
    if (const Status cached = cache_calibration(*parameters); !cached) {
        report_error(cached.error());
    }
    const std::string text =
        shell.json() ? to_json(*parameters) : as_text(*parameters, shell.style());
    return shell.print(text) ? k_success : k_usage;
}

}  // namespace

Command calibrate_command() {
    CommandSpec spec;
    spec.name = "calibrate";
    spec.summary = "measures what workers cost on this machine with this interpreter";
    spec.usage = "[OPTIONS]";
    spec.text =
        "Takes about 15 s, on a quiet machine. Other commands do it by themselves, once; this one "
        "does it again. Kept in ${XDG_CACHE_HOME:-~/.cache}/advisor.";
    spec.options = with_common(with_suite({}));
    spec.examples = {"advisor calibrate --python .venv/bin/python"};
    return {std::move(spec), calibrate_here};
}

}  // namespace advisor::cli
