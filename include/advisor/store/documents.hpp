#pragma once

// The JSON documents of the contract, both ways. Each begins with format, major, minor and
// producer; every key of a number names its unit. A reader takes any minor of its own major and
// ignores keys that it does not know; it refuses another format, a newer major, a number that is
// not finite or out of range, nesting deeper than 32, and more than k_largest_document. What was
// written is read back the same, to the last bit of every number. Node ids may be any bytes: one
// that is not part of a UTF-8 character is written as the private-use character U+F700 + byte and
// read back the same (src/store/byte_text.hpp).
//
// Writing has no errors: a number that is not finite is a defect of whoever made the value, and an
// assertion stops the program.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/measured_run.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>
#include <advisor/domain/verification.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace advisor {

/// The profile of some 250,000 tests; also the limit to give to read_file.
inline constexpr Bytes k_largest_document{100'000'000};

enum class DocumentKind : std::uint8_t {
    advice,
    profile,
    outcome,
    calibration,
    gate,
    plan,
    shards,
    doctor,
    verification,
    measured_runs,
    recording  ///< of an interrupted run (recording.hpp)
};

[[nodiscard]] std::string_view name_of(DocumentKind kind);

/// Reads only the header. `origin` names the source in errors: a path or "standard input".
[[nodiscard]] Result<DocumentKind> document_kind(std::string_view text, std::string_view origin);

[[nodiscard]] std::string to_json(const Advice& advice);
[[nodiscard]] std::string to_json(const Profile& profile);
[[nodiscard]] std::string to_json(const RunOutcome& outcome);
[[nodiscard]] std::string to_json(const ModelParameters& parameters);
[[nodiscard]] std::string to_json(const GateVerdict& verdict);
[[nodiscard]] std::string to_json(const CapacityPlan& plan);
[[nodiscard]] std::string to_json(const ShardManifest& manifest);
[[nodiscard]] std::string to_json(const DoctorReport& report);
[[nodiscard]] std::string to_json(const Verification& verification);
[[nodiscard]] std::string to_json(const MeasuredRuns& measured);

[[nodiscard]] Result<Advice> read_advice(std::string_view text, std::string_view origin);
[[nodiscard]] Result<Profile> read_profile(std::string_view text, std::string_view origin);
[[nodiscard]] Result<RunOutcome> read_outcome(std::string_view text, std::string_view origin);
[[nodiscard]] Result<ModelParameters>
read_calibration(std::string_view text, std::string_view origin);
[[nodiscard]] Result<GateVerdict> read_gate(std::string_view text, std::string_view origin);
[[nodiscard]] Result<CapacityPlan> read_plan(std::string_view text, std::string_view origin);
[[nodiscard]] Result<ShardManifest> read_shards(std::string_view text, std::string_view origin);
[[nodiscard]] Result<DoctorReport> read_doctor(std::string_view text, std::string_view origin);
[[nodiscard]] Result<Verification>
read_verification(std::string_view text, std::string_view origin);
[[nodiscard]] Result<MeasuredRuns>
read_measured_runs(std::string_view text, std::string_view origin);

/// The shards as jobs of GitHub's matrix, on one line: {"include":[{"shard":"1-of-3","machine":...,
/// "run":...}]}.
[[nodiscard]] std::string ci_matrix(const ShardManifest& manifest);

}  // namespace advisor
