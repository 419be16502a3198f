#pragma once

// The two or three sentences that a developer reads below the recommendation.

#include <advisor/domain/profile.hpp>

#include <string>

#include "advise/comparison.hpp"

namespace advisor {

/// "3 x": what is recommended against sequential and what binds it, or why sequential stays; then
/// what threads, which share everything, would bring instead. Node ids in it are untrusted text.
[[nodiscard]] std::string reason_of(const Profile& profile, const Comparison& comparison);

/// "bound by ...": a phrase for a lower bound, with its subject where it has one.
[[nodiscard]] std::string phrase_of(Bound bound, const std::string& subject);

}  // namespace advisor
