#include "model/property.hpp"

#include <advisor/base/random.hpp>

#include <algorithm>

#include "laws.hpp"
#include "model/build.hpp"

namespace advisor::building {

namespace {

std::string text_of(const Draft& draft) {
    std::string text = spec_of(draft) + ":";
    for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
        text += " f" + std::to_string(draft.files[i]) + "/" + std::to_string(draft.ticks[i]);
    }
    return text;
}

/// One step smaller each.
std::vector<Draft> smaller(const Draft& draft) {
    std::vector<Draft> results;
    for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
        Draft without = draft;
        const auto at = static_cast<std::ptrdiff_t>(i);
        without.ticks.erase(without.ticks.begin() + at);
        without.files.erase(without.files.begin() + at);
        results.push_back(without);
    }
    for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
        if (draft.ticks[i] > 1) {
            results.push_back(draft);
            results.back().ticks[i] /= 2;
        }
    }
    if (draft.workers > 1) {
        results.push_back(draft);
        --results.back().workers;
    }
    return results;
}

}  // namespace

Draft draft(std::uint64_t seed) {
    Random random(seed);
    Draft result;
    const std::uint32_t tests = random.below(24);
    const std::uint32_t files = 1 + random.below(std::max(1U, tests));
    const std::uint32_t most = random.uniform() < 0.3 ? 8 : 1000;
    for (std::uint32_t i = 0; i < tests; ++i) {
        result.files.push_back(i * files / tests);
        result.ticks.push_back(random.uniform() < 0.1 ? 20 * most : 1 + random.below(most));
    }
    result.workers = 1 + random.below(8);
    result.dist = random.below(static_cast<std::uint32_t>(k_distributions.size()));
    return result;
}

Workload workload_of(const Draft& draft) {
    Suite suite;
    for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
        suite.test("f" + std::to_string(draft.files[i]), demand(0.0, draft.ticks[i] * k_tick_s));
    }
    return suite.workload();
}

std::string spec_of(const Draft& draft) {
    return "processes=" + std::to_string(draft.workers) + ",dist=" + k_distributions[draft.dist];
}

void for_all(const std::function<bool(const Draft&)>& holds) {
    for_all<Draft>({draft, smaller, text_of}, holds);
}

}  // namespace advisor::building
