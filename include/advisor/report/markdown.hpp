#pragma once

// Documents as GitHub-flavoured Markdown, for step summaries and pull requests.

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

[[nodiscard]] std::string as_markdown(const Advice& advice);
[[nodiscard]] std::string as_markdown(const Profile& profile);
[[nodiscard]] std::string as_markdown(const RunOutcome& outcome);
[[nodiscard]] std::string as_markdown(const ModelParameters& parameters);
[[nodiscard]] std::string as_markdown(const GateVerdict& verdict);
[[nodiscard]] std::string as_markdown(const CapacityPlan& plan);
[[nodiscard]] std::string as_markdown(const ShardManifest& manifest);
[[nodiscard]] std::string as_markdown(const DoctorReport& report);
[[nodiscard]] std::string as_markdown(const Verification& verification);
[[nodiscard]] std::string as_markdown(const Accuracy& accuracy);

}  // namespace advisor
