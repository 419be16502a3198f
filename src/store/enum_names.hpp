#pragma once

// The word of an enumerator in documents, and back: enumerator<Scope>("module").

#include <advisor/domain/advice.hpp>
#include <advisor/domain/doctor.hpp>
#include <advisor/domain/measured.hpp>
#include <advisor/domain/profile.hpp>
#include <advisor/domain/verdict.hpp>
#include <advisor/store/runners.hpp>

#include <optional>
#include <string_view>
#include <type_traits>

namespace advisor {

[[nodiscard]] std::string_view name_of(Source source);
[[nodiscard]] std::optional<Source> source_named(std::string_view name);
[[nodiscard]] std::optional<Repetition> repetition_named(std::string_view name);
[[nodiscard]] std::optional<RunnerUse> runner_use_named(std::string_view name);

template <typename Enum>
[[nodiscard]] std::optional<Enum> enumerator(std::string_view name) {
    if constexpr (std::is_same_v<Enum, Source>) {
        return source_named(name);
    } else if constexpr (std::is_same_v<Enum, Repetition>) {
        return repetition_named(name);
    } else if constexpr (std::is_same_v<Enum, RunnerUse>) {
        return runner_use_named(name);
    } else if constexpr (std::is_same_v<Enum, Rung>) {
        return rung_named(name);
    } else if constexpr (std::is_same_v<Enum, WaitReason>) {
        return wait_reason_named(name);
    } else if constexpr (std::is_same_v<Enum, Scope>) {
        return scope_named(name);
    } else if constexpr (std::is_same_v<Enum, TestOutcome>) {
        return test_outcome_named(name);
    } else if constexpr (std::is_same_v<Enum, Bound>) {
        return bound_named(name);
    } else if constexpr (std::is_same_v<Enum, Severity>) {
        return severity_named(name);
    } else if constexpr (std::is_same_v<Enum, Health>) {
        return health_named(name);
    } else {
        static_assert(std::is_same_v<Enum, GateOutcome>, "an enumeration without words");
        return gate_outcome_named(name);
    }
}

}  // namespace advisor
