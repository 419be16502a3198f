#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/files.hpp>

#include "cli/commands.hpp"
#include "cli/recording.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

int profile(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return exit_code_of(error);
    };
    Machinery machinery;
    const auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return refused(suite.error());
    }
    const auto recorded = record_repeatedly(*suite, arguments, machinery.instruments(), shell);
    if (!recorded) {
        return refused(recorded.error());
    }
    if (const auto path = arguments.value("output")) {
        if (const Status written = write_file(*path, to_json(recorded->profile)); !written) {
            return refused(written.error());
        }
    }
    const std::string text =
        shell.json() ? to_json(recorded->profile) : as_text(recorded->profile, shell.style());
    if (!shell.print(text)) {
        return k_usage;
    }
    return recorded->failure ? refused(*recorded->failure) : k_success;
}

}  // namespace

Command profile_command() {
    CommandSpec spec;
    spec.name = "profile";
    spec.summary = "only records one sequential run, or several";
    spec.usage = "[OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text =
        "The recording is kept in .advisor/ as well. Exit code 0; 2 where there is nothing to "
        "record or an option is wrong; 3 where the suite failed.";
    std::vector<OptionSpec> recording =
        with_recording({{"output", "FILE", "write it here, too"}, repeat_option()});
    std::erase_if(recording, [](const OptionSpec& option) {
        return option.name == "no-calibration";
    });
    spec.options = with_common(with_suite(std::move(recording)));
    spec.examples = {
        "advisor profile --output base.json -- tests",
        "advisor profile --repeat 3 --output base.json -- tests"};
    spec.takes_suite = true;
    return {std::move(spec), profile};
}

}  // namespace advisor::cli
