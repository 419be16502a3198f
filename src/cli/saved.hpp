#pragma once

// What advisor keeps between commands: in `.advisor/` of the directory where it was called, by
// suite; and calibrations in the user's cache, by fingerprint.

#include <advisor/base/result.hpp>
#include <advisor/dialect/suite_command.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/measured_run.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>

#include <optional>
#include <string>

namespace advisor::cli {

/// A suite is told from others by its command's words, but those that only concern reporting.
[[nodiscard]] std::string profile_path(const Suite& suite);
[[nodiscard]] std::string advice_path(const Suite& suite);
[[nodiscard]] std::string runs_path(const Suite& suite);

/// How the names of recordings begin that outlive a kill of advisor, and of those of all suites.
[[nodiscard]] std::string recording_prefix(const Suite& suite);
[[nodiscard]] std::string recording_prefix();

/// Makes the directory, if need be. An incomplete profile does not replace a whole one.
[[nodiscard]] Status save(const Suite& suite, const Profile& profile);
[[nodiscard]] Status save(const Suite& suite, const Advice& advice);
[[nodiscard]] Status save(const Suite& suite, const MeasuredRuns& measured);

/// What was saved for this suite by this machine and these versions; nothing if it was not, or does
/// not fit any more.
[[nodiscard]] std::optional<Profile> saved_profile(const Suite& suite, const Host& host);
[[nodiscard]] std::optional<Advice> saved_advice(const Suite& suite, const Host& host);
[[nodiscard]] std::optional<MeasuredRuns> saved_runs(const Suite& suite, const Host& host);

/// None either where others disturbed it and it is older than an hour.
[[nodiscard]] std::optional<ModelParameters> cached_calibration(const std::string& fingerprint);
[[nodiscard]] Status cache_calibration(const ModelParameters& parameters);

/// A document from the path that a user gave; "-" is standard input.
[[nodiscard]] Result<std::string> read_document_file(const std::string& path);

/// A recording of ours, JUnit XML or .test_durations; the latter know no machine and get this one.
[[nodiscard]] Result<Profile> read_profile_file(const std::string& path);

}  // namespace advisor::cli
