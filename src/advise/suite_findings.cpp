#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "advise/findings.hpp"
#include "advise/repetition.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_most_long_tests = 5;

/// Matters where one test takes longer than an even share of all tests, a quarter of the predicted
/// wall and a second.
void long_tests(const Profile& profile, const Comparison& comparison, std::vector<Finding>& out) {
    const Prediction& parallel = *comparison.parallel;
    const std::uint32_t workers = parallelism(parallel.configuration);
    const Seconds share = comparison.shares.tests / static_cast<double>(workers);
    std::vector<const TestCost*> tests;
    for (const TestCost& test : profile.tests) {
        if (alone(test) > std::max({share, parallel.wall.mid * 0.25, Seconds(1)})) {
            tests.push_back(&test);
        }
    }
    if (tests.empty()) {
        return;
    }
    std::stable_sort(tests.begin(), tests.end(), [](const TestCost* a, const TestCost* b) {
        return alone(*a) > alone(*b);
    });
    Finding finding{"long-test", Severity::slows, {}, {}, {}, {}};
    for (std::size_t i = 0; i < std::min(tests.size(), k_most_long_tests); ++i) {
        finding.subjects.push_back(tests[i]->id);
    }
    finding.numbers = {
        {"longest_s", alone(*tests.front()).value()},
        {"even_share_s", share.value()},
        {"workers", static_cast<double>(workers)}};
    finding.message = fmt::format(
        "{} longer than the {} that each of {} would have if the tests could be spread evenly; "
        "the longest takes {}",
        tests.size() == 1 ? "1 test is" : fmt::format("{} tests are", tests.size()),
        format_seconds(share),
        format_count(workers, "worker"),
        format_seconds(alone(*tests.front()))
    );
    finding.fix = "split the test, or make it shorter; more workers cannot help";
    out.push_back(std::move(finding));
}

/// Matters where the further set-ups, spread over the workers, are 3 % of the predicted wall and
/// half a second in total.
void repeated_fixtures(
    const Profile& profile, const Comparison& comparison, std::vector<Finding>& out
) {
    const Prediction& parallel = *comparison.parallel;
    const double workers = parallelism(parallel.configuration);
    for (const Repetition& repetition : repetitions_of(profile, parallel.configuration)) {
        const Seconds extra = repetition.once * static_cast<double>(repetition.further);
        if (extra < Seconds(0.5) || extra / workers < parallel.wall.mid * 0.03) {
            continue;
        }
        const FixtureDefinition& fixture = profile.fixture_definitions[repetition.fixture.value];
        out.push_back(
            {"fixture-repeated",
             Severity::slows,
             {fixture.name},
             {{"setup_s", repetition.once.value()},
              {"sequential_setups", static_cast<double>(repetition.sequential)},
              {"further_setups", static_cast<double>(repetition.further)},
              {"further_s", extra.value()}},
             fmt::format(
                 "{} would set up the {} fixture {} up to {} times more than a sequential run; "
                 "each takes {}, {} in all",
                 label(parallel.configuration),
                 name_of(fixture.scope),
                 fixture.name,
                 repetition.further,
                 format_seconds(repetition.once),
                 format_seconds(extra)
             ),
             fixture.scope == Scope::session
                 ? "share what it makes between the workers, behind a file lock, or make it cheaper"
                 : "keep its tests on one worker (--dist loadfile or loadscope), or make it "
                   "cheaper"}
        );
    }
}

/// Matters where start and collection are 30 % of the sequential run and half a second.
void start(const Profile& profile, const Comparison& comparison, std::vector<Finding>& out) {
    const Seconds each = start_of(profile.session);
    const Seconds all = comparison.sequential->wall.mid;
    if (each < Seconds(0.5) || each < all * 0.3) {
        return;
    }
    out.push_back(
        {"start-dominates",
         Severity::slows,
         {},
         {{"start_s", each.value()},
          {"collection_s", alone(profile.session.collection).value()},
          {"sequential_s", all.value()}},
         fmt::format(
             "interpreter, imports and collection take {} of {}; each worker of pytest-xdist "
             "repeats all of it",
             format_seconds(each),
             format_seconds(all)
         ),
         "import less in conftest files and test modules, or name only the directories with tests "
         "(testpaths)"}
    );
}

/// Matters where the runner's own cost for each test is 10 % of the tests and half a second.
void tiny_tests(
    const ModelParameters& parameters, const Comparison& comparison, std::vector<Finding>& out
) {
    const Shares& shares = comparison.shares;
    const Seconds each = parameters.worker_test_cpu + parameters.controller_test_cpu;
    const Seconds all = each * static_cast<double>(shares.executed);
    if (all < Seconds(0.5) || all < shares.tests * 0.1) {
        return;
    }
    const Seconds mean = shares.tests / static_cast<double>(shares.executed);
    out.push_back(
        {"tiny-tests",
         Severity::slows,
         {},
         {{"tests", static_cast<double>(shares.executed)},
          {"mean_test_s", mean.value()},
          {"runner_per_test_s", each.value()},
          {"runner_s", all.value()}},
         fmt::format(
             "a test takes {} on average, and pytest-xdist adds {} of CPU time to each, {} in all",
             format_seconds(mean),
             format_seconds(each),
             format_seconds(all)
         ),
         "few workers gain most of what can be gained"}
    );
}

}  // namespace

std::vector<Finding> suite_findings(
    const Profile& profile, const ModelParameters& parameters, const Comparison& comparison
) {
    std::vector<Finding> findings;
    if (comparison.parallel != nullptr) {
        long_tests(profile, comparison, findings);
        repeated_fixtures(profile, comparison, findings);
        start(profile, comparison, findings);
        tiny_tests(parameters, comparison, findings);
    }
    return findings;
}

}  // namespace advisor
