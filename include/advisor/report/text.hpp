#pragma once

// Every document as text for a terminal. Widths fit 100 columns; colour and glyphs are options,
// so that the same values give the same bytes. Untrusted text passes escape_terminal.

#include <advisor/domain/accuracy.hpp>
#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/shards.hpp>
#include <advisor/domain/verdict.hpp>
#include <advisor/domain/verification.hpp>

#include <string>

namespace advisor {

struct TextStyle {
    bool colour = false;
    bool unicode = true;
    bool every_row = false;  ///< all predictions, not only the best of each mode and the top ones
};

[[nodiscard]] std::string as_text(const Advice& advice, const TextStyle& style);
[[nodiscard]] std::string as_text(const Profile& profile, const TextStyle& style);
[[nodiscard]] std::string as_text(const RunOutcome& outcome, const TextStyle& style);
[[nodiscard]] std::string as_text(const ModelParameters& parameters, const TextStyle& style);
[[nodiscard]] std::string as_text(const GateVerdict& verdict, const TextStyle& style);
[[nodiscard]] std::string as_text(const CapacityPlan& plan, const TextStyle& style);
[[nodiscard]] std::string as_text(const ShardManifest& manifest, const TextStyle& style);
[[nodiscard]] std::string as_text(const DoctorReport& report, const TextStyle& style);
[[nodiscard]] std::string as_text(const Verification& verification, const TextStyle& style);
[[nodiscard]] std::string as_text(const Accuracy& accuracy, const TextStyle& style);

/// "predicted 12.1 s (11.0-13.4), measured 12.4 s, sequential 31.0 s"; parts that are not known
/// are left out.
[[nodiscard]] std::string predicted_against_measured(const RunOutcome& outcome);

}  // namespace advisor
