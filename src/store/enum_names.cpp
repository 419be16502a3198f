#include "store/enum_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace advisor {

namespace {

constexpr std::array<std::string_view, 6> k_sources{
    "not_measured", "measured", "sampled", "derived", "assumed", "imported"};

constexpr std::array<std::string_view, 4> k_repetitions{
    "per_run", "per_process", "per_lane", "per_test"};

constexpr std::array<std::string_view, 3> k_uses{"by_default", "on_request", "refused"};

template <typename Enum, std::size_t Size>
std::optional<Enum>
word_in(const std::array<std::string_view, Size>& words, std::string_view name) {
    const auto found = std::find(words.begin(), words.end(), name);
    if (found == words.end()) {
        return std::nullopt;
    }
    return static_cast<Enum>(found - words.begin());
}

}  // namespace

std::string_view name_of(Source source) {
    return k_sources.at(static_cast<std::size_t>(source));
}

std::optional<Source> source_named(std::string_view name) {
    return word_in<Source>(k_sources, name);
}

std::string_view name_of(Repetition repetition) {
    return k_repetitions.at(static_cast<std::size_t>(repetition));
}

std::optional<Repetition> repetition_named(std::string_view name) {
    return word_in<Repetition>(k_repetitions, name);
}

std::string_view name_of(RunnerUse use) {
    return k_uses.at(static_cast<std::size_t>(use));
}

std::optional<RunnerUse> runner_use_named(std::string_view name) {
    return word_in<RunnerUse>(k_uses, name);
}

}  // namespace advisor
