#include <advisor/domain/doctor.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>

#include "cli/commands.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

int doctor(const Arguments& arguments, Shell& shell) {
    Machinery machinery;
    const auto command = command_of(arguments);
    if (!command) {
        report_error(command.error());
        return k_usage;
    }
    DoctorReport report;
    report.checks = machine_checks(machinery.instruments());
    const auto interpreter_report =
        interpreter_checks(*command, current_directory(), machinery.launcher);
    report.checks.insert(report.checks.end(), interpreter_report.begin(), interpreter_report.end());
    if (!shell.print(shell.json() ? to_json(report) : as_text(report, shell.style()))) {
        return k_usage;
    }
    return worst(report) == Health::fail ? k_negative : k_success;
}

}  // namespace

Command doctor_command() {
    CommandSpec spec;
    spec.name = "doctor";
    spec.summary = "says whether machine and interpreter are fit, with a fix for each finding";
    spec.usage = "[OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text = "Exit code 0; 1 where something keeps advisor from working; 2 for a wrong option.";
    spec.options = with_common(with_suite({}));
    spec.examples = {"advisor doctor --python .venv/bin/python"};
    spec.takes_suite = true;
    return {std::move(spec), doctor};
}

}  // namespace advisor::cli
