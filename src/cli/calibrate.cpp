#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>

#include "cli/commands.hpp"
#include "cli/recording.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

int calibrate_here(const Arguments& arguments, Shell& shell) {
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        report_error(suite.error());
        return exit_code_of(suite.error());
    }
    const Pace pace = arguments.has("quick") ? Pace::quick : Pace::thorough;
    const auto parameters = calibrate_now(*suite, machinery.instruments(), shell, pace);
    if (!parameters) {
        report_error(parameters.error());
        return exit_code_of(parameters.error());
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
        "Takes about 20 s, on a quiet machine. Other commands do it by themselves, once; this one "
        "does it again. Kept in ${XDG_CACHE_HOME:-~/.cache}/advisor; for an hour only where others "
        "disturbed it.";
    spec.options = with_common(
        with_suite({{"quick", "", "each experiment once, in about 5 s; ranges become wider"}})
    );
    spec.examples = {"advisor calibrate --python .venv/bin/python"};
    return {std::move(spec), calibrate_here};
}

}  // namespace advisor::cli
