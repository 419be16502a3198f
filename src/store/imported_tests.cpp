#include "store/imported_tests.hpp"

#include <advisor/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace advisor {

namespace {

/// What no file of another tool says.
std::vector<Missing> missing_of_every_import() {
    return {
        {"CPU and waiting time of each test", "the imported file holds durations alone"},
        {"time holding the GIL", "the imported file holds durations alone"},
        {"cost of each fixture",
         "the imported file counts it in the test that happened to set the fixture up"},
        {"start, collection and exit of pytest", "the imported file does not hold them apart"},
        {"memory", "the imported file does not hold it"},
        {"machine and interpreter of the recorded run",
         "the imported file does not describe them; those here are taken"},
    };
}

/// Worse outcomes of one test outweigh better ones.
int badness(TestOutcome outcome) {
    switch (outcome) {
    case TestOutcome::failed: return 2;
    case TestOutcome::error: return 1;
    default: return 0;
    }
}

/// One entry for each id, at the place of its first.
std::vector<TestCost> merged(std::vector<TestCost> tests) {
    std::unordered_map<std::string, std::size_t> places;
    std::vector<TestCost> result;
    for (TestCost& test : tests) {
        const auto [place, added] = places.try_emplace(test.id, result.size());
        if (added) {
            result.push_back(std::move(test));
            continue;
        }
        TestCost& first = result[place->second];
        first.setup.wall += test.setup.wall;
        first.call.wall += test.call.wall;
        first.teardown.wall += test.teardown.wall;
        if (badness(test.outcome) > badness(first.outcome)) {
            first.outcome = test.outcome;
        }
    }
    return result;
}

}  // namespace

TestCost imported_test(std::string id, TestOutcome outcome, Seconds time) {
    TestCost test;
    // A parameter may hold the separator as well.
    const std::string_view name = std::string_view(id).substr(0, id.find('['));
    const std::size_t first = name.find("::");
    const std::size_t last = name.rfind("::");
    test.module_length = static_cast<std::uint32_t>(first == std::string_view::npos ? 0 : first);
    test.class_length = static_cast<std::uint32_t>(first == last ? 0 : last);
    test.id = std::move(id);
    test.outcome = outcome;
    test.call.wall = time;
    return test;
}

Profile imported_profile(
    std::vector<TestCost> tests, std::optional<Seconds> wall, std::vector<Missing> missing
) {
    Profile profile;
    profile.tests = merged(std::move(tests));
    profile.missing = missing_of_every_import();
    profile.missing.insert(profile.missing.end(), missing.begin(), missing.end());

    Seconds sum;
    for (const TestCost& test : profile.tests) {
        sum += test.total().wall;
    }
    profile.run.wall = std::max(sum, wall.value_or(sum));
    const Seconds before_tests = profile.run.wall - sum;
    profile.session.collection.wall = before_tests;
    profile.session.loop.wall = sum;
    Seconds begin = before_tests;
    for (TestCost& test : profile.tests) {
        test.begin = begin;
        begin += test.total().wall;
    }
    const bool failed =
        std::any_of(profile.tests.begin(), profile.tests.end(), [](const TestCost& test) {
            return is_failure(test.outcome);
        });
    profile.run.exit_code = failed ? 1 : 0;
    profile.run.complete = true;
    return profile;
}

tl::unexpected<Error>
cannot_import(std::string_view noun, std::string_view origin, std::string because) {
    return fail(
        ErrorKind::input,
        fmt::format("cannot read the {} '{}'", noun, escape_terminal(origin)),
        std::move(because),
        "name a file of pytest --junitxml, --store-durations, --timing-json or --report-log, or "
        "record a profile: advisor profile"
    );
}

}  // namespace advisor
