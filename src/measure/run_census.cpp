#include "measure/run_census.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "measure/catalogue.hpp"

namespace advisor {

namespace {

bool has_ended(TestOutcome outcome) {
    return outcome != TestOutcome::not_run && outcome != TestOutcome::interrupted;
}

}  // namespace

std::optional<TestOutcome> Seen::outcome() const {
    std::optional<TestOutcome> best;
    std::pair<std::uint32_t, bool> most{0, false};
    for (std::size_t i = 0; i < k_outcomes; ++i) {
        const auto outcome = static_cast<TestOutcome>(i);
        const std::pair weight{outcomes.at(i), is_failure(outcome)};
        if (weight.first > 0 && weight > most) {
            most = weight;
            best = outcome;
        }
    }
    return best;
}

RunCensus::RunCensus(const Runs& runs) {
    for (const Profile* run : runs) {
        if (run->run.complete) {
            complete_.push_back(run);
        }
        Occurrences<std::string_view> occurrences;
        for (const TestCost& test : run->tests) {
            Seen& seen = tests_[{test.id, occurrences.next(test.id)}];
            seen.collected += run->run.complete ? 1 : 0;
            if (has_ended(test.outcome)) {
                ++seen.outcomes.at(static_cast<std::size_t>(test.outcome));
            }
        }
    }
}

std::vector<UnsteadyTest> RunCensus::unsteady() const {
    std::vector<UnsteadyTest> tests;
    for (const auto& [key, seen] : tests_) {
        UnsteadyTest test{std::string(key.first), {}, complete() - seen.collected};
        for (std::size_t i = 0; i < Seen::k_outcomes; ++i) {
            if (seen.outcomes.at(i) > 0) {
                const std::string name(name_of(static_cast<TestOutcome>(i)));
                test.outcomes[name] = seen.outcomes.at(i);
            }
        }
        if (test.absent > 0 || test.outcomes.size() > 1) {
            tests.push_back(std::move(test));
        }
    }
    return tests;
}

std::uint32_t RunCensus::orders() const {
    std::set<std::vector<std::string_view>> orders;
    for (const Profile* run : complete_) {
        std::vector<std::string_view> order;
        Occurrences<std::string_view> occurrences;
        for (const TestCost& test : run->tests) {
            if (of(test.id, occurrences.next(test.id)).collected == complete()) {
                order.emplace_back(test.id);
            }
        }
        orders.insert(std::move(order));
    }
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(orders.size()));
}

std::int64_t RunCensus::strangeness_of(const Profile& run) const {
    std::int64_t strangeness = 0;
    Occurrences<std::string_view> occurrences;
    for (const TestCost& test : run.tests) {
        const Seen& seen = of(test.id, occurrences.next(test.id));
        strangeness += 2 * seen.collected > complete() ? -1 : 1;
    }
    return strangeness;
}

}  // namespace advisor
