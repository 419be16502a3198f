#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "advise/findings.hpp"

namespace advisor {

namespace {

constexpr std::size_t k_most_long_tests = 5;

void long_tests(
    const Profile& profile,
    const Comparison& comparison,
    const Rework& rework,
    std::vector<Finding>& out
) {
    const std::vector<TestIndex>& tests = rework.long_tests;
    if (tests.empty()) {
        return;
    }
    const Prediction& parallel = *comparison.parallel;
    const std::uint32_t workers = parallelism(parallel.configuration);
    const Seconds share = comparison.shares.tests / static_cast<double>(workers);
    const Seconds longest = alone(profile.tests[tests.front().value]);
    const bool is_one = tests.size() == 1;
    const bool saves = rework.split >= least_saving(parallel);
    Finding finding{"long-test", Severity::slows, {}, {}, {}, {}};
    for (std::size_t i = 0; i < std::min(tests.size(), k_most_long_tests); ++i) {
        finding.subjects.push_back(profile.tests[tests[i].value].id);
    }
    finding.numbers = {
        {"longest_s", longest.value()},
        {"even_share_s", share.value()},
        {"workers", static_cast<double>(workers)},
        {"split_saves_s", rework.split.value()}};
    finding.message = fmt::format(
        "{} longer than the {} that each of {} would have if the tests could be spread evenly; "
        "the longest takes {}",
        is_one ? "1 test is" : fmt::format("{} tests are", tests.size()),
        format_seconds(share),
        format_count(workers, "worker"),
        format_seconds(longest)
    );
    if (saves) {
        finding.message += fmt::format(
            "; split in two{}, {} would save {} of {}",
            is_one ? "" : " each",
            is_one ? "it" : "they",
            format_seconds(rework.split),
            format_seconds(parallel.wall.mid)
        );
    }
    finding.fix = saves ? "split the test, or make it shorter; more workers cannot help"
                        : "make the test shorter; more workers cannot help";
    out.push_back(std::move(finding));
}

/// "session scope would save 7.9 s, doing without it 8.4 s, of 31.2 s"
std::string saving_of(const FixtureRework& fixture, const Prediction& parallel) {
    const Seconds least = least_saving(parallel);
    std::vector<std::string> parts;
    if (fixture.widened.value_or(Seconds(0)) >= least) {
        parts.push_back("session scope would save " + format_seconds(*fixture.widened));
    }
    if (fixture.freed >= least) {
        parts.push_back(
            (parts.empty() ? "doing without it would save " : "doing without it ")
            + format_seconds(fixture.freed)
        );
    }
    return fmt::format("{}, of {}", fmt::join(parts, ", "), format_seconds(parallel.wall.mid));
}

std::string fix_of(const FixtureRework& fixture, Scope scope, const Prediction& parallel) {
    if (scope == Scope::session) {
        return "share what it makes between the workers, behind a lock, or make it cheaper";
    }
    return fixture.widened.value_or(Seconds(0)) >= least_saving(parallel)
               ? "give it session scope, where its tests can share it, or make it cheaper"
               : "make it cheaper";
}

/// Matters where a change of it saves 3 % of the predicted wall and half a second.
void costly_fixtures(
    const Profile& profile,
    const Comparison& comparison,
    const Rework& rework,
    std::vector<Finding>& out
) {
    const Prediction& parallel = *comparison.parallel;
    for (const FixtureRework& each : rework.fixtures) {
        const FixtureDefinition& fixture = profile.fixture_definitions[each.fixture.value];
        const std::uint64_t further =
            each.parallel > each.sequential ? each.parallel - each.sequential : 0;
        const Seconds extra = each.once * static_cast<double>(further);
        const std::string cost = further > 0 ? fmt::format(
                                     "costs {} more than sequentially, {} of {}",
                                     format_seconds(extra),
                                     format_count(further, "further set-up"),
                                     format_seconds(each.once)
                                 )
                                             : fmt::format(
                                                 "is set up {} for {}",
                                                 format_count(each.parallel, "time"),
                                                 format_seconds(each.once)
                                             );
        Finding finding{
            further > 0 ? "fixture-repeated" : "slow-fixture",
            Severity::slows,
            {fixture.name},
            {{"setup_s", each.once.value()},
             {"sequential_setups", static_cast<double>(each.sequential)},
             {"further_setups", static_cast<double>(further)},
             {"further_s", extra.value()},
             {"free_saves_s", each.freed.value()}},
            fmt::format(
                "with {}, the {} fixture {} {}; {}",
                label(parallel.configuration),
                name_of(fixture.scope),
                fixture.title(),
                cost,
                saving_of(each, parallel)
            ),
            fix_of(each, fixture.scope, parallel)};
        if (each.widened) {
            finding.numbers.emplace_back("session_scope_saves_s", each.widened->value());
        }
        out.push_back(std::move(finding));
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
    const Profile& profile,
    const ModelParameters& parameters,
    const Comparison& comparison,
    const Rework& rework
) {
    std::vector<Finding> findings;
    if (comparison.parallel != nullptr) {
        long_tests(profile, comparison, rework, findings);
        costly_fixtures(profile, comparison, rework, findings);
        start(profile, comparison, findings);
        tiny_tests(parameters, comparison, findings);
    }
    return findings;
}

}  // namespace advisor
