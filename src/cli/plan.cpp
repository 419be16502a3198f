#include <advisor/advise/plan.hpp>
#include <advisor/base/text.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/report/text.hpp>
#include <advisor/store/documents.hpp>
#include <advisor/store/model_data.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/given_profile.hpp"
#include "cli/recording.hpp"
#include "cli/saved.hpp"
#include "cli/shard_files.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

constexpr std::uint32_t k_most_machines = 256;

Result<MachineCatalogue> catalogue_of(const Arguments& arguments) {
    MachineCatalogue catalogue = shipped_machines();
    if (const auto path = arguments.value("machines")) {
        const auto text = read_document_file(*path);
        auto own = text ? read_machines(*text, *path) : tl::unexpected(text.error());
        if (!own) {
            return own;
        }
        catalogue = std::move(*own);
    }
    const std::vector<std::string>& wanted = arguments.all("machine");
    if (wanted.empty()) {
        return catalogue;
    }
    std::vector<std::string_view> known;
    for (const MachineType& machine : catalogue.machines) {
        known.push_back(machine.name);
    }
    for (const std::string& name : wanted) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const auto near = nearest(name, known);
            return fail(
                ErrorKind::usage,
                fmt::format("no machine type '{}' is known", name),
                "",
                near ? fmt::format("did you mean {}?", *near)
                     : "give your own with --machines FILE; without --machine all are planned"
            );
        }
    }
    std::erase_if(catalogue.machines, [&](const MachineType& machine) {
        return std::find(wanted.begin(), wanted.end(), machine.name) == wanted.end();
    });
    return catalogue;
}

Result<PlanOptions> options_of(const Arguments& arguments) {
    PlanOptions options;
    if (const auto target = arguments.value("target")) {
        const auto seconds = parse_duration_s(*target);
        if (!seconds) {
            return tl::unexpected(seconds.error());
        }
        options.target = Seconds(*seconds);
    }
    if (const auto text = arguments.value("most-machines")) {
        const auto most = parse_count("most-machines", *text, k_most_machines);
        if (!most) {
            return tl::unexpected(most.error());
        }
        options.most_machines = *most;
    }
    auto configurations = configurations_of(arguments);
    auto catalogue = catalogue_of(arguments);
    if (!configurations || !catalogue) {
        return tl::unexpected(!configurations ? configurations.error() : catalogue.error());
    }
    options.configurations = std::move(*configurations);
    options.machines = std::move(catalogue->machines);
    options.prices_as_of = std::move(catalogue->prices_as_of);
    return options;
}

/// From --profile, else what is saved for this suite, else recorded now.
Result<GivenProfile> basis_of(const Arguments& arguments, Machinery& machinery, Shell& shell) {
    if (const auto path = arguments.value("profile")) {
        return given_profile(*path, arguments, machinery.launcher);
    }
    auto suite = suite_of(arguments, machinery.launcher);
    if (!suite) {
        return tl::unexpected(suite.error());
    }
    if (auto saved = saved_profile(*suite, discover_host(FileReader()))) {
        shell.note(fmt::format("recording of {}", profile_path(*suite)));
        return GivenProfile{std::move(*suite), std::move(*saved)};
    }
    auto recorded = record(*suite, arguments, machinery.instruments(), shell);
    if (!recorded) {
        return tl::unexpected(recorded.error());
    }
    if (const Status going = unless_stopped(*recorded); !going) {
        return tl::unexpected(going.error());
    }
    if (!recorded->profile.run.complete) {
        shell.note("the recording is incomplete, so the plan rests on a part of the tests");
    }
    return GivenProfile{std::move(*suite), std::move(recorded->profile)};
}

int make_plan(const Arguments& arguments, Shell& shell) {
    const auto refused = [](const Error& error) {
        report_error(error);
        return exit_code_of(error);
    };
    const auto options = options_of(arguments);
    if (!options) {
        return refused(options.error());
    }
    const auto shards = arguments.value("shards-out");
    if (shards && shards->empty()) {
        return refused({ErrorKind::usage, "--shards-out needs a directory", "its name is empty", ""}
        );
    }
    Machinery machinery;
    const auto basis = basis_of(arguments, machinery, shell);
    if (!basis) {
        return refused(basis.error());
    }
    const auto parameters =
        parameters_given_or_for(basis->suite, arguments, machinery.instruments(), shell);
    if (!parameters) {
        return refused(parameters.error());
    }
    const CapacityPlan result = plan(basis->profile, *parameters, *options);
    if (!shell.print(shell.json() ? to_json(result) : as_text(result, shell.style()))) {
        return k_usage;
    }
    if (options->target > Seconds(0) && !result.chosen) {
        if (shards) {
            remove_shards(*shards);
        }
        return k_negative;
    }
    if (shards) {
        const auto point = point_to_share(result);
        const Status written = point ? write_shards(*shards, *basis, *parameters, *point)
                                     : Status(tl::unexpected(point.error()));
        if (!written) {
            return refused(written.error());
        }
        shell.note(fmt::format("what each machine runs is in {}", escape_terminal(*shards)));
    }
    return k_success;
}

}  // namespace

Command plan_command() {
    CommandSpec spec;
    spec.name = "plan";
    spec.summary = "wall time, memory and cost over machine types, machines and workers";
    spec.usage = "[--target TIME] [OPTIONS] [-- PYTEST ARGUMENTS]";
    spec.text =
        "Uses the recording saved for this suite, and records first where there is none. Exit code "
        "0; 1 where the target cannot be met; 2 where there is nothing to plan for.";
    spec.options = with_common(with_suite(with_recording(
        {{"target", "TIME", "longest wall time, set-up of machines included, such as 5m"},
         {"profile", "FILE", "take a recording (advisor profile --output) instead"},
         calibration_option(),
         {"machines", "FILE", "your own machine types and prices (README.md shows the form)"},
         {"machine", "NAME", "plan for this type only", true},
         {"most-machines", "N", "split over at most N machines (default 8)"},
         {"configuration", "SPEC", "plan for this one (default: the best of stock xdist)", true},
         {"shards-out",
          "DIRECTORY",
          "write what each machine of the chosen plan runs, and a matrix for CI"},
         {"all", "", "print all points, not only the best"}}
    )));
    spec.examples = {
        "advisor plan --target 5m -- tests",
        "advisor plan --profile suite.json --target 90s --most-machines 4",
        "advisor plan --target 5m --shards-out shards -- tests"};
    spec.takes_suite = true;
    return {std::move(spec), make_plan};
}

}  // namespace advisor::cli
