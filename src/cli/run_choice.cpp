#include "cli/run_choice.hpp"

#include <advisor/dialect/runner.hpp>
#include <advisor/host/machine.hpp>
#include <advisor/model/deal.hpp>
#include <advisor/model/workload.hpp>
#include <advisor/store/documents.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/measured.hpp"
#include "cli/recording.hpp"
#include "cli/saved.hpp"
#include "cli/suite_options.hpp"

namespace advisor::cli {

namespace {

const Prediction* find(const Advice& advice, const std::string& wanted) {
    const auto found = std::find_if(
        advice.predictions.begin(),
        advice.predictions.end(),
        [&](const Prediction& prediction) { return spec(prediction.configuration) == wanted; }
    );
    return found == advice.predictions.end() ? nullptr : &*found;
}

/// The fastest that can run here and needs no plugin of ours that may refuse; sequential is always
/// among them.
std::optional<Prediction> fastest_without_lanes(const Advice& advice) {
    const Prediction* fastest = nullptr;
    for (const Prediction& prediction : advice.predictions) {
        if (prediction.can_run && !needs_lanes(prediction.configuration)
            && (fastest == nullptr || prediction.wall.mid < fastest->wall.mid)) {
            fastest = &prediction;
        }
    }
    return fastest == nullptr ? std::nullopt : std::optional(*fastest);
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
    const Host host = discover_host(instruments.files);
    if (const auto profile = saved_profile(suite, host)) {
        const ModelParameters parameters = parameters_for(suite, arguments, instruments, shell);
        AdviseOptions options;
        options.asked_for = {configuration};
        options.measured = measured_runs(suite, parameters, host, arguments);
        const Advice advice = advice_for(*profile, suite, parameters, std::move(options));
        choice = chosen_from(advice, spec(configuration));
        choice.configuration = configuration;
        choice.other.reset();
    }
    return choice;
}

Result<Advice> advice_from_file(const std::string& path) {
    const auto text = read_document_file(path);
    return text ? read_advice(*text, path) : tl::unexpected(text.error());
}

/// What the last recording of this suite is good for in a run.
struct Known {
    Deal deal;
    std::map<std::string, Seconds> times;
};

Known known_of(
    const Configuration& configuration,
    const Suite& suite,
    const Instruments& instruments,
    Shell& shell
) {
    Known known;
    const auto profile = saved_profile(suite, discover_host(instruments.files));
    if (!profile) {
        if (is_planned(configuration)) {
            shell.note("no recording of this suite yet, so dist=planned deals whole files unseen; "
                       "advisor profile makes one");
        }
        return known;
    }
    for (const TestCost& test : profile->tests) {
        known.times[test.id] = test.total().wall;
    }
    for (const FixtureInstance& instance : profile->fixtures) {
        if (instance.requested_by.value < profile->tests.size()) {
            known.times[profile->tests[instance.requested_by.value].id] += instance.setup.wall;
        }
    }
    if (is_planned(configuration)) {
        known.deal = deal_of(make_workload(*profile), parallelism(configuration));
    }
    return known;
}

}  // namespace

Choice chosen_from(const Advice& advice, const std::string& wanted) {
    Choice choice;
    choice.sequential_wall = advice.sequential_wall;
    choice.calibration = calibration_of(advice.parameters);
    if (const Prediction* prediction = find(advice, wanted)) {
        choice.predicted = *prediction;
        choice.configuration = prediction->configuration;
    }
    choice.caps_thread_pools =
        std::any_of(advice.findings.begin(), advice.findings.end(), [](const Finding& finding) {
            return finding.code == "thread-pools";
        });
    if (needs_lanes(choice.configuration)) {
        choice.other = fastest_without_lanes(advice);
    }
    return choice;
}

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
    if (const Status going = unless_stopped(*recorded); !going) {
        return tl::unexpected(going.error());
    }
    const ModelParameters parameters = parameters_for(suite, arguments, instruments, shell);
    AdviseOptions options;
    options.measured = measured_runs(suite, parameters, recorded->profile.host, arguments);
    Advice advice = advice_for(recorded->profile, suite, parameters, std::move(options));
    if (!recorded->profile.run.complete) {
        shell.note("the recording is incomplete, so the advice rests on a part of the tests");
    } else if (recorded->saved) {
        if (const Status saved = save(suite, advice); !saved) {
            report_error(saved.error());
        }
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
    Choice choice = chosen_from(*advice, advice->recommended);
    if (path) {
        choice.calibration.clear();
    }
    return choice;
}

Result<RunOutcome> run_known(RunRequest request, const Instruments& instruments, Shell& shell) {
    Known known = known_of(request.configuration, request.suite, instruments, shell);
    request.deal = std::move(known.deal);
    request.profiled = std::move(known.times);
    return run_configuration(request, instruments);
}

Seconds patience_with(const Choice& choice) {
    constexpr double k_patience = 10;
    constexpr Seconds k_least_deadline{600};
    Seconds expected = choice.sequential_wall.value_or(Seconds(0));
    if (choice.predicted) {
        expected = std::max(expected, choice.predicted->wall.high);
    }
    return expected > Seconds(0) ? std::max(k_least_deadline, expected * k_patience) : Seconds(0);
}

std::vector<std::pair<std::string, std::string>>
thread_caps(const Choice& choice, double cores, Shell& shell) {
    const std::uint32_t workers = parallelism(choice.configuration);
    std::vector<std::pair<std::string, std::string>> caps;
    if (!choice.caps_thread_pools || workers < 2) {
        return caps;
    }
    const int each = std::max(1, static_cast<int>(cores / workers));
    std::string names;
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
        if (!environment(name)) {
            caps.emplace_back(name, std::to_string(each));
            names += fmt::format(" {}={}", name, each);
        }
    }
    if (!caps.empty()) {
        shell.note("the recording found pools of threads that workers would multiply:" + names);
    }
    return caps;
}

}  // namespace advisor::cli
