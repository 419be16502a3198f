#pragma once

// Small hand-made values of every document. The numbers are round, so that expected lines can be
// worked out in the head.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>
#include <advisor/domain/verification.hpp>

#include <string>

namespace advisor::sample {

/// Control characters, markup of every sink, and a length that fits on no line.
[[nodiscard]] std::string hostile_id();

[[nodiscard]] Host host();
[[nodiscard]] Interpreter interpreter();
[[nodiscard]] Prediction
prediction(std::string_view spec, std::uint32_t rank, double wall_s, double sequential_s);

/// 412 tests of 172 s; the recommended six processes take 41.2 s.
[[nodiscard]] Advice advice();
/// Two tests and a session fixture: 10 s in all.
[[nodiscard]] Profile profile();
/// Predicted 12.1 s (11.0-13.4), measured 12.4 s, sequential 31.0 s.
[[nodiscard]] RunOutcome outcome();
[[nodiscard]] GateVerdict verdict();
[[nodiscard]] CapacityPlan plan();
[[nodiscard]] ShardManifest manifest();
[[nodiscard]] DoctorReport doctor();
/// Sequential 31.0 s and three workers that are slower than promised, three rounds.
[[nodiscard]] Verification verification();
[[nodiscard]] ModelParameters parameters();

/// The same documents with the hostile id wherever a suite or a machine could put one.
[[nodiscard]] Advice hostile_advice();
[[nodiscard]] Profile hostile_profile();
[[nodiscard]] RunOutcome hostile_outcome();
[[nodiscard]] GateVerdict hostile_verdict();
[[nodiscard]] CapacityPlan hostile_plan();
[[nodiscard]] ShardManifest hostile_manifest();
[[nodiscard]] DoctorReport hostile_doctor();

}  // namespace advisor::sample
