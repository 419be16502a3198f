#include "advise/repetition.hpp"

#include <algorithm>

#include "advise/shares.hpp"

namespace advisor {

namespace {

enum class Spread {
    pieces,      ///< any test may go to any worker, a chunk at a time
    blocks,      ///< runs of neighbours, cut at most once for each further worker
    kept,        ///< all tests of one instance stay on one worker
    each_worker  ///< one instance for each worker
};

/// Where the users of one instance go. A test's class is the unit of loadscope, its file that of
/// loadfile; loadgroup spreads unmarked tests like load. Module fixtures under loadscope are kept
/// but for modules that have classes; we count these as kept too, which errs to fewer findings.
Spread spread_of(Scope scope, const Configuration& configuration) {
    if (scope == Scope::session) {
        return Spread::each_worker;
    }
    const auto* processes = std::get_if<Processes>(&configuration.runner);
    if (processes == nullptr || scope == Scope::package) {
        return Spread::pieces;
    }
    switch (processes->dist) {
    case Distribution::loadscope:
    case Distribution::loadfile: return Spread::kept;
    case Distribution::worksteal:
    case Distribution::planned: return Spread::blocks;
    case Distribution::load:
    case Distribution::loadgroup: return Spread::pieces;
    }
    return Spread::pieces;
}

std::uint64_t
further_setups(Spread spread, std::uint64_t workers, std::uint64_t instances, std::uint64_t users) {
    // No more instances than tests that use one.
    const std::uint64_t room = users > instances ? users - instances : 0;
    switch (spread) {
    case Spread::kept: return 0;
    case Spread::blocks: return std::min(workers - 1, room);
    case Spread::pieces:
    case Spread::each_worker: return std::min(instances * (workers - 1), room);
    }
    return 0;
}

}  // namespace

std::vector<Repetition> repetitions_of(const Profile& profile, const Configuration& configuration) {
    std::vector<Repetition> all(profile.fixture_definitions.size());
    std::vector<std::uint64_t> users(all.size());
    for (const TestCost& test : profile.tests) {
        for (const FixtureUse& use : test.fixtures) {
            ++users[use.fixture.value];
        }
    }
    for (const FixtureInstance& instance : profile.fixtures) {
        Repetition& repetition = all[instance.use.fixture.value];
        ++repetition.sequential;
        repetition.once += alone(instance.setup) + alone(instance.teardown);
    }
    const std::uint64_t workers = parallelism(configuration);
    std::vector<Repetition> repetitions;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        Repetition& repetition = all[i];
        if (repetition.sequential == 0) {
            continue;
        }
        repetition.fixture = {i};
        repetition.once = repetition.once / static_cast<double>(repetition.sequential);
        repetition.further = further_setups(
            spread_of(profile.fixture_definitions[i].scope, configuration),
            workers,
            repetition.sequential,
            users[i]
        );
        repetitions.push_back(repetition);
    }
    return repetitions;
}

}  // namespace advisor
