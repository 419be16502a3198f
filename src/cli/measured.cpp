#include "cli/measured.hpp"

#include <advisor/host/clock.hpp>
#include <advisor/store/documents.hpp>

#include <fmt/format.h>

#include <utility>

#include "cli/saved.hpp"

namespace advisor::cli {

namespace {

constexpr std::size_t k_most_runs = 50;

}  // namespace

std::string calibration_of(const ModelParameters& parameters) {
    return parameters.source == Source::measured
               ? fmt::format("{} of {}", parameters.fingerprint, parameters.measured_utc)
               : "shipped costs";
}

std::vector<MeasuredRun> measured_runs(
    const Suite& suite,
    const ModelParameters& parameters,
    const Host& host,
    const Arguments& arguments
) {
    if (arguments.has("no-learning")) {
        return {};
    }
    auto kept = saved_runs(suite, host);
    return kept && kept->calibration == calibration_of(parameters) ? std::move(kept->runs)
                                                                   : std::vector<MeasuredRun>{};
}

Result<std::vector<MeasuredRun>> measured_runs_in(const std::string& path) {
    const auto text = read_document_file(path);
    auto measured = text ? read_measured_runs(*text, path) : tl::unexpected(text.error());
    return measured ? Result<std::vector<MeasuredRun>>(std::move(measured->runs))
                    : tl::unexpected(measured.error());
}

void keep_measured(
    const RunOutcome& outcome,
    const Suite& suite,
    const Prediction& prediction,
    const std::string& calibration,
    const Host& host
) {
    if (!is_measurement(outcome)) {
        return;
    }
    MeasuredRuns kept;
    if (auto before = saved_runs(suite, host); before && before->calibration == calibration) {
        kept = std::move(*before);
    }
    kept.host = host;
    kept.interpreter = suite.interpreter;
    kept.calibration = calibration;
    kept.runs.push_back(
        {outcome.configuration,
         prediction.wall.mid / prediction.learned,
         outcome.wall,
         outcome.exit_code,
         utc_now()}
    );
    if (kept.runs.size() > k_most_runs) {
        kept.runs.erase(kept.runs.begin());
    }
    // Where not even the recording could be saved, that was said.
    if (const Status saved = save(suite, kept); !saved && saved_profile(suite, host)) {
        report_error(saved.error());
    }
}

OptionSpec no_learning_option() {
    OptionSpec option{
        "no-learning", "", "predict without what advisor run and verify measured of this suite"};
    option.excludes = "measured";
    return option;
}

}  // namespace advisor::cli
