#pragma once

// Documents as GitHub-flavoured Markdown, for step summaries and pull requests.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>

#include <string>

namespace advisor {

[[nodiscard]] std::string as_markdown(const Advice& advice);
[[nodiscard]] std::string as_markdown(const Profile& profile);
[[nodiscard]] std::string as_markdown(const RunOutcome& outcome);
[[nodiscard]] std::string as_markdown(const GateVerdict& verdict);
[[nodiscard]] std::string as_markdown(const CapacityPlan& plan);
[[nodiscard]] std::string as_markdown(const DoctorReport& report);

}  // namespace advisor
