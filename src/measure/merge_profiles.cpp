#include "advisor/measure/merge_profiles.hpp"

#include <advisor/base/assert.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "measure/catalogue.hpp"
#include "measure/median.hpp"
#include "measure/merge_counts.hpp"
#include "measure/run_census.hpp"

namespace advisor {

namespace {

using TestKey = std::string_view;
using FixtureKey =
    std::tuple<std::string_view, Scope, std::string_view, std::uint32_t, std::string_view>;
using Tests = Catalogue<TestKey, TestCost>;

TestKey key_of_test(const TestCost& test) {
    return test.id;
}

TestIndex test_of(const FixtureInstance& instance) {
    return instance.requested_by;
}

TestIndex test_of(const FunctionFixture& fixture) {
    return fixture.test;
}

auto key_of_fixture(const Profile& run) {
    return [&run](const auto& entry) {
        const FixtureDefinition& definition = run.fixture_definitions.at(entry.use.fixture.value);
        return FixtureKey{
            definition.name,
            definition.scope,
            definition.base_id,
            entry.use.parameter,
            run.tests.at(test_of(entry).value).id};
    };
}

/// The runs that are `good`, or all where none is.
template <typename Good>
Runs better_of(const Runs& runs, const Good& good) {
    Runs better;
    std::copy_if(runs.begin(), runs.end(), std::back_inserter(better), good);
    return better.empty() ? runs : better;
}

std::uint32_t count_of(std::size_t count) {
    return static_cast<std::uint32_t>(count);
}

/// Puts first the run that the others are held against, of equals the one with the wall nearest to
/// the median.
void choose_reference(Runs& runs, const RunCensus& census) {
    const Seconds middle = median_of(runs, [](const Profile& run) { return run.run.wall; });
    std::sort(runs.begin(), runs.end(), [](const Profile* a, const Profile* b) {
        return std::tie(a->run.wall, a->run.started_utc)
               < std::tie(b->run.wall, b->run.started_utc);
    });
    const auto rank = [&](const Profile* run) {
        return std::pair(census.strangeness_of(*run), std::abs((run->run.wall - middle).value()));
    };
    std::vector<decltype(rank(nullptr))> ranks;
    for (const Profile* run : runs) {
        ranks.push_back(rank(run));
    }
    const auto best = std::min_element(ranks.begin(), ranks.end()) - ranks.begin();
    std::rotate(runs.begin(), runs.begin() + best, runs.begin() + best + 1);
}

/// Times by what they were spent on, in the order of the first list that has each; longest first.
template <typename Entry, typename Same>
std::vector<Entry>
merged_waits(const std::vector<const std::vector<Entry>*>& lists, const Same& same) {
    std::vector<Entry> merged;
    for (const auto* list : lists) {
        for (const Entry& entry : *list) {
            const auto is_it = [&](const Entry& other) { return same(entry, other); };
            if (std::none_of(merged.begin(), merged.end(), is_it)) {
                merged.push_back(entry);
            }
        }
    }
    for (Entry& entry : merged) {
        entry.time = median_of(lists, [&](const std::vector<Entry>& list) {
            const auto found = std::find_if(list.begin(), list.end(), [&](const Entry& other) {
                return same(entry, other);
            });
            return found == list.end() ? Seconds(0) : found->time;
        });
    }
    std::erase_if(merged, [](const Entry& entry) { return entry.time == Seconds(0); });
    std::stable_sort(merged.begin(), merged.end(), [](const Entry& a, const Entry& b) {
        return a.time > b.time;
    });
    return merged;
}

template <typename Whole, typename List>
std::vector<const List*> parts_of(const std::vector<const Whole*>& wholes, List Whole::*part) {
    std::vector<const List*> parts;
    parts.reserve(wholes.size());
    for (const Whole* whole : wholes) {
        parts.push_back(&(whole->*part));
    }
    return parts;
}

/// Into `merged`, a copy of the test in one of `recordings`.
void take_medians(TestCost& merged, const std::vector<const TestCost*>& recordings) {
    const auto cost = [&](Cost TestCost::*part) {
        merged.*part = median(parts_of(recordings, part));
    };
    cost(&TestCost::setup);
    cost(&TestCost::call);
    cost(&TestCost::teardown);
    merged.begin = median_of(recordings, &TestCost::begin);
    merged.protocol_overhead = median_of(recordings, &TestCost::protocol_overhead);
    merged.peak_rss = median_of(recordings, &TestCost::peak_rss);
    merged.waits =
        merged_waits(parts_of(recordings, &TestCost::waits), [](const Wait& a, const Wait& b) {
            return a.reason == b.reason;
        });
    std::vector<double> walls;
    walls.reserve(recordings.size());
    for (const TestCost* recording : recordings) {
        walls.push_back(recording->total().wall.value());
    }
    merged.wall_spread = relative_spread(std::move(walls));
}

std::vector<TestCost>
merged_tests(const Runs& runs, const RunCensus& census, const std::vector<std::string>& counted) {
    std::vector<Tests> recorded;
    for (const Profile* run : runs) {
        recorded.emplace_back(run->tests, key_of_test);
    }
    std::vector<TestCost> merged = runs.front()->tests;
    Occurrences<TestKey> occurrences;
    for (TestCost& test : merged) {
        const std::uint32_t nth = occurrences.next(test.id);
        const TestOutcome outcome = census.of(test.id, nth).outcome().value_or(test.outcome);
        std::vector<const TestCost*> recordings;
        std::vector<CountedTest> counts;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const TestCost* recording = recorded[i].find(test.id, nth);
            if (recording != nullptr && recording->outcome == outcome) {
                recordings.push_back(recording);
                counts.push_back({recording, &runs[i]->counted});
            }
        }
        test.outcome = outcome;
        test.counts = merged_counts(counts, counted);
        if (!recordings.empty()) {
            take_medians(test, recordings);
        }
    }
    return merged;
}

/// The entries of the first run, each with what `take` makes of it and its counterparts in all.
template <typename Entry, typename Take>
std::vector<Entry>
merged_fixtures(const Runs& runs, std::vector<Entry> Profile::*entries, const Take& take) {
    std::vector<Catalogue<FixtureKey, Entry>> recorded;
    for (const Profile* run : runs) {
        recorded.emplace_back(run->*entries, key_of_fixture(*run));
    }
    std::vector<Entry> merged = runs.front()->*entries;
    const auto key_of = key_of_fixture(*runs.front());
    Occurrences<FixtureKey> occurrences;
    for (Entry& entry : merged) {
        const FixtureKey key = key_of(entry);
        const std::uint32_t nth = occurrences.next(key);
        std::vector<const Entry*> recordings;
        for (const auto& fixtures : recorded) {
            if (const Entry* recording = fixtures.find(key, nth)) {
                recordings.push_back(recording);
            }
        }
        take(entry, recordings);
    }
    return merged;
}

void take_instance(FixtureInstance& merged, const std::vector<const FixtureInstance*>& recordings) {
    merged.setup = median(parts_of(recordings, &FixtureInstance::setup));
    merged.teardown = median(parts_of(recordings, &FixtureInstance::teardown));
    merged.setup_begin = median_of(recordings, &FixtureInstance::setup_begin);
    merged.teardown_begin = median_of(recordings, &FixtureInstance::teardown_begin);
}

void take_function_fixture(
    FunctionFixture& merged, const std::vector<const FunctionFixture*>& recordings
) {
    merged.setup = median_of(recordings, &FunctionFixture::setup);
    merged.setup_cpu = median_of(recordings, &FunctionFixture::setup_cpu);
    merged.teardown = median_of(recordings, &FunctionFixture::teardown);
    merged.teardown_cpu = median_of(recordings, &FunctionFixture::teardown_cpu);
}

SessionCost merged_sessions(const std::vector<const SessionCost*>& sessions) {
    SessionCost merged;
    for (Cost SessionCost::*phase :
         {&SessionCost::start,
          &SessionCost::configure,
          &SessionCost::collection,
          &SessionCost::loop,
          &SessionCost::finish,
          &SessionCost::exit}) {
        merged.*phase = median(parts_of(sessions, phase));
    }
    return merged;
}

std::optional<Pressure> merged_pressure(
    const std::vector<const Disturbance*>& disturbances,
    std::optional<Pressure> Disturbance::*member
) {
    std::vector<const Pressure*> known;
    for (const Disturbance* each : disturbances) {
        if (const std::optional<Pressure>& pressure = each->*member) {
            known.push_back(&*pressure);
        }
    }
    if (known.empty()) {
        return std::nullopt;
    }
    return Pressure{
        median_of(known, &Pressure::cpu),
        median_of(known, &Pressure::io),
        median_of(known, &Pressure::memory)};
}

Disturbance merged_disturbances(const std::vector<const Disturbance*>& disturbances) {
    return {
        median_of(disturbances, &Disturbance::steal_fraction),
        median_of(disturbances, &Disturbance::foreign_fraction),
        median_of(disturbances, &Disturbance::throttled),
        merged_pressure(disturbances, &Disturbance::pressure),
        merged_pressure(disturbances, &Disturbance::own_pressure)};
}

std::vector<RunCounter> merged_counters(const Runs& runs) {
    std::vector<RunCounter> merged = runs.front()->counters;
    for (RunCounter& counter : merged) {
        std::vector<Measured<double>> values;
        for (const Profile* run : runs) {
            for (const RunCounter& other : run->counters) {
                if (other.name == counter.name) {
                    values.push_back(other.value);
                }
            }
        }
        counter.value = median(values);
    }
    return merged;
}

std::optional<Sampling> merged_samplings(const Runs& runs) {
    std::vector<const Sampling*> samplings;
    for (const Profile* run : runs) {
        if (run->sampling) {
            samplings.push_back(&*run->sampling);
        }
    }
    if (samplings.empty()) {
        return std::nullopt;
    }
    Sampling merged = *samplings.front();
    const auto take = [&](auto part) { merged.*part = median_of(samplings, part); };
    take(&Sampling::samples);
    take(&Sampling::late);
    take(&Sampling::mean_period);
    take(&Sampling::mean_lateness);
    take(&Sampling::core_fraction);
    take(&Sampling::gil_held);
    take(&Sampling::gil_standard_error);
    take(&Sampling::gil_held_blocked);
    take(&Sampling::seen_whole);
    merged.waits = merged_waits(
        parts_of(samplings, &Sampling::waits),
        [](const WaitTotal& a, const WaitTotal& b) {
            return a.reason == b.reason && a.peer_port == b.peer_port;
        }
    );
    return merged;
}

/// What no run could measure.
std::vector<Missing> merged_missing(const Runs& runs) {
    std::vector<Missing> merged = runs.front()->missing;
    std::erase_if(merged, [&](const Missing& missing) {
        return !std::all_of(runs.begin(), runs.end(), [&](const Profile* run) {
            return std::any_of(run->missing.begin(), run->missing.end(), [&](const Missing& other) {
                return other.what == missing.what;
            });
        });
    });
    return merged;
}

/// Ended as the merged tests did, if one of them ended so.
ProfiledRun merged_run(const Runs& runs, const std::vector<TestCost>& tests) {
    const bool fails = std::any_of(tests.begin(), tests.end(), [](const TestCost& test) {
        return is_failure(test.outcome);
    });
    const auto alike = std::find_if(runs.begin(), runs.end(), [&](const Profile* run) {
        return fails == (run->run.signal || run->run.exit_code.value_or(0) != 0);
    });
    ProfiledRun merged = runs.front()->run;
    if (alike != runs.end()) {
        merged.exit_code = (*alike)->run.exit_code;
        merged.signal = (*alike)->run.signal;
    }
    const std::vector<const ProfiledRun*> ends = parts_of(runs, &Profile::run);
    merged.wall = median_of(ends, &ProfiledRun::wall);
    merged.peak_rss = median_of(ends, &ProfiledRun::peak_rss);
    for (const ProfiledRun* end : ends) {
        merged.started_utc = std::min(merged.started_utc, end->started_utc);
    }
    return merged;
}

bool is_complete(const Profile* run) {
    return run->run.complete;
}

bool is_undisturbed(const Profile* run) {
    return !is_disturbed(run->disturbance);
}

}  // namespace

Profile merge_profiles(const std::vector<Profile>& runs, std::uint32_t unrecorded) {
    ADVISOR_ASSERT(!runs.empty(), "a profile is of one run at least");
    if (runs.size() == 1 && unrecorded == 0) {
        return runs.front();
    }
    Runs all;
    for (const Profile& run : runs) {
        all.push_back(&run);
    }
    const RunCensus census(all);
    const Runs ended = better_of(all, is_complete);
    Runs chosen = better_of(ended, is_undisturbed);
    choose_reference(chosen, census);

    Profile merged = *chosen.front();
    merged.counted = merged_events(chosen);
    merged.tests = merged_tests(chosen, census, merged.counted);
    merged.fixtures = merged_fixtures(chosen, &Profile::fixtures, take_instance);
    merged.function_fixtures =
        merged_fixtures(chosen, &Profile::function_fixtures, take_function_fixture);
    merged.run = merged_run(chosen, merged.tests);
    merged.session = merged_sessions(parts_of(chosen, &Profile::session));
    merged.disturbance = merged_disturbances(parts_of(chosen, &Profile::disturbance));
    merged.counters = merged_counters(chosen);
    merged.sampling = merged_samplings(chosen);
    merged.missing = merged_missing(chosen);
    const auto [shortest, longest] =
        std::minmax_element(chosen.begin(), chosen.end(), [](const Profile* a, const Profile* b) {
            return a->run.wall < b->run.wall;
        });
    merged.repeats = Repeats{
        count_of(all.size()) + unrecorded,
        count_of(all.size() - ended.size()),
        count_of(ended.size() - chosen.size()),
        census.unsteady(),
        unrecorded,
        census.orders(),
        (*shortest)->run.wall,
        (*longest)->run.wall};
    return merged;
}

}  // namespace advisor
