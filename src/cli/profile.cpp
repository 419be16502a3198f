#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include "cli/commands.hpp"
#include "cli/recording.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

Result<Recorded> record_now(const Arguments& arguments, Shell& shell) {
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    return record_repeatedly(*suite, arguments, machinery.instruments(), shell);
}

int profile(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return exit_code_of(error);
    };
    const bool recovers = arguments.has("recover");
    if (recovers && !arguments.suite.empty()) {
        return refused(
            {ErrorKind::usage,
             "advisor profile --recover takes nothing after --",
             "it runs no suite",
             ""}
        );
    }
    const auto recorded = recovers ? recover(arguments.positional) : record_now(arguments, shell);
    if (!recorded) {
        return refused(recorded.error());
    }
    bool kept = recorded->saved;
    if (const auto path = arguments.value("output")) {
        const Status written = write_file(*path, to_json(recorded->profile));
        kept = written.has_value();
        if (!written) {
            report_error(written.error());
        }
    }
    const std::string text =
        shell.json() ? to_json(recorded->profile) : as_text(recorded->profile, shell.style());
    if (!shell.print(text)) {
        return k_usage;
    }
    if (recorded->failure) {
        return refused(*recorded->failure);
    }
    return kept ? k_success : k_usage;
}

}  // namespace

Command profile_command() {
    CommandSpec spec;
    spec.name = "profile";
    spec.summary = "only records one sequential run, or several";
    spec.usage =
        "[OPTIONS] [-- PYTEST ARGUMENTS]\n       advisor profile --recover [FILE] [OPTIONS]";
    spec.text =
        "The recording is kept in .advisor/ as well. Exit code 0; 2 where there is nothing to "
        "record, an option is wrong, or the recording could not be kept; 3 where the suite failed "
        "or was not recorded to its end, or advisor was killed.";
    std::vector<OptionSpec> recording = with_recording(
        {written_file("output", "write it here, too"),
         repeat_option(),
         {"recover", "", "what an advisor that was killed had recorded, the newest in .advisor/"}}
    );
    std::erase_if(recording, [](const OptionSpec& option) {
        return option.name == "no-calibration";
    });
    spec.options = with_common(with_suite(std::move(recording)));
    spec.examples = {
        "advisor profile --output base.json -- tests",
        "advisor profile --repeat 3 --output base.json -- tests"};
    spec.takes_suite = true;
    spec.positional = "FILE";
    spec.positional_of = "recover";
    return {std::move(spec), profile};
}

}  // namespace advisor::cli
