// Laws of scheduling that hold for every suite, each for 10,000 random ones. What one would expect
// and xdist does not keep (a shorter test, one more worker or less latency never makes a run
// longer; Graham's bound) stands nowhere here: bench/oracle compares that with xdist itself. The
// table of all laws stands in laws.hpp beside the rooms.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "model/bound.hpp"
#include "model/build.hpp"
#include "model/property.hpp"
#include "model/replication.hpp"

using namespace advisor;
using building::Draft;
using building::for_all;
using building::k_tick_s;
using building::simulated;
using building::spec_of;
using building::workload_of;

namespace {

constexpr std::uint32_t k_cores = 8;

double wall(const Draft& draft) {
    return simulated(workload_of(draft), spec_of(draft), k_cores).wall.value() / k_tick_s;
}

double sum(const Draft& draft) {
    return std::accumulate(draft.ticks.begin(), draft.ticks.end(), 0.0);
}

double longest(const Draft& draft) {
    return draft.ticks.empty() ? 0.0 : *std::max_element(draft.ticks.begin(), draft.ticks.end());
}

/// The longest that one worker must run alone: a test, or a file where files stay together.
double longest_unit(const Draft& draft) {
    const std::string& dist = building::k_distributions[draft.dist];
    if (dist != "loadfile" && dist != "loadscope") {
        return longest(draft);
    }
    std::map<std::uint32_t, double> files;
    double most = 0.0;
    for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
        most = std::max(most, files[draft.files[i]] += draft.ticks[i]);
    }
    return most;
}

bool near(double a, double b, double relative = 1e-9) {
    return std::abs(a - b) <= relative * std::max({std::abs(a), std::abs(b), 1e-12});
}

}  // namespace

TEST_CASE("P1: one worker takes the sum, to the last bit") {
    for_all([](Draft draft) {
        draft.workers = 1;
        return wall(draft) == sum(draft);
    });
}

TEST_CASE("P2: as many workers as units take as long as the longest unit") {
    for_all([](Draft draft) {
        draft.workers = static_cast<std::uint32_t>(std::max<std::size_t>(1, draft.ticks.size()));
        return wall(draft) == longest_unit(draft);
    });
}

TEST_CASE("P2: as many workers as files or groups take as long as the longest of them") {
    for_all([](Draft draft) {
        draft.dist = 2 + draft.dist % 3;  // loadscope, loadfile, loadgroup
        draft.workers = draft.files.empty() ? 1 : draft.files.back() + 1;
        building::Suite suite;
        std::map<std::uint32_t, std::vector<std::uint32_t>> members;
        std::map<std::uint32_t, double> sums;
        for (std::uint32_t i = 0; i < draft.ticks.size(); ++i) {
            const std::uint32_t file = draft.files[i];
            suite.test(
                "f" + std::to_string(file), building::demand(0.0, draft.ticks[i] * k_tick_s)
            );
            members[file].push_back(i);
            sums[file] += draft.ticks[i];
        }
        double most = 0.0;
        for (const auto& [file, tests] : members) {
            suite.group("g" + std::to_string(file), tests);
            most = std::max(most, sums[file]);
        }
        const Simulation run = simulated(suite.workload(), spec_of(draft), k_cores);
        return run.wall.value() == most * k_tick_s;
    });
}

TEST_CASE("P3: equal tests, one in each file, take whole rounds") {
    for_all([](Draft draft) {
        const std::uint32_t each = draft.ticks.empty() ? 1 : draft.ticks.front();
        std::fill(draft.ticks.begin(), draft.ticks.end(), each);
        std::iota(draft.files.begin(), draft.files.end(), 0U);
        const double rounds =
            std::ceil(static_cast<double>(draft.ticks.size()) / static_cast<double>(draft.workers));
        return wall(draft) == rounds * each;
    });
}

TEST_CASE("P4: a run lasts at least an even share and the longest unit, at most the sum") {
    for_all([](const Draft& draft) {
        const double took = wall(draft);
        return took >= sum(draft) / draft.workers && took >= longest_unit(draft)
               && took <= sum(draft);
    });
}

TEST_CASE(
    "P5: every test runs once, no worker two at a time, and busy and idle time are all there is"
) {
    for_all([](const Draft& draft) {
        const Simulation run = simulated(workload_of(draft), spec_of(draft), k_cores);
        std::set<std::uint32_t> seen;
        std::vector<Seconds> free(draft.workers + 1);  // one for what must run alone
        double busy = 0.0;
        for (const ScheduledTest& test : run.schedule) {
            if (!seen.insert(test.test.value).second || test.begin < free[test.worker]) {
                return false;
            }
            free[test.worker] = test.end;
            busy += (test.end - test.begin).value();
        }
        const double idle = building::part(run.breakdown, "imbalance") * draft.workers
                            + building::part(run.breakdown, "controller") * draft.workers;
        return seen.size() == draft.ticks.size() && near(busy, sum(draft) * k_tick_s)
               && near(busy + idle, run.wall.value() * draft.workers);
    });
}

TEST_CASE("the parts of a breakdown sum to the wall, of every kind of run and suite") {
    for_all([](const Draft& draft) {
        const Workload suite = building::random_suite(
            std::accumulate(draft.ticks.begin(), draft.ticks.end(), std::uint64_t{0}),
            static_cast<std::uint32_t>(draft.ticks.size())
        );
        const std::vector<std::string> kinds = building::all_kinds(draft.workers);
        const Simulation run = simulate(
            suite,
            building::configuration(kinds[(draft.dist + draft.ticks.size()) % kinds.size()]),
            building::usual_runner(4),
            building::machine(4),
            {}
        );
        return near(building::sum(run.breakdown), run.wall.value(), 1e-12);
    });
}

TEST_CASE("P8: with a serial start speed-up is Amdahl's") {
    // N tests of d on n workers with n | N, start s: (s + N d) / (s + N d / n).
    for_all([](Draft draft) {
        const std::uint32_t each = draft.ticks.empty() ? 1 : draft.ticks.front();
        draft.ticks.assign(std::size_t{draft.workers} * 3, each);
        draft.files.resize(draft.ticks.size());
        std::iota(draft.files.begin(), draft.files.end(), 0U);
        Workload suite = workload_of(draft);
        suite.boot = building::demand(0.0, 1.0);
        const std::string lanes = "threads=" + std::to_string(draft.workers);
        const double work = sum(draft) * k_tick_s;
        const double speedup = simulated(suite, "sequential", k_cores).wall.value()
                               / simulated(suite, lanes, k_cores).wall.value();
        return near(speedup, (1.0 + work) / (1.0 + work / draft.workers), 1e-12);
    });
}

TEST_CASE("P10: computing tests share cores as water fills vessels") {
    // k tests, one for each worker, on c cores: the shortest end first, the others go on.
    for_all([](const Draft& draft) {
        std::vector<std::uint32_t> left = draft.ticks;
        std::sort(left.begin(), left.end());
        const double cores = 1.0 + draft.workers % 4;
        double expected = 0.0;
        double done = 0.0;
        for (std::size_t i = 0; i < left.size(); ++i) {
            const auto running = static_cast<double>(left.size() - i);
            expected += (left[i] - done) * std::max(1.0, running / cores);
            done = left[i];
        }
        building::Suite suite;
        for (const std::uint32_t ticks : draft.ticks) {
            suite.test("a", building::demand(ticks * k_tick_s));
        }
        const auto workers = std::max<std::size_t>(1, draft.ticks.size());
        const double took = simulated(
                                suite.workload(),
                                "processes=" + std::to_string(workers),
                                static_cast<std::uint32_t>(cores)
        )
                                .wall.value();
        return near(took, expected * k_tick_s, 1e-9);
    });
}

TEST_CASE("P11: threads that compute take the sum, those that wait the longest, others between") {
    // Tests of 20 ms and more: the station sees threads as they are after many turns.
    for_all([](Draft draft) {
        for (std::uint32_t& ticks : draft.ticks) {
            ticks += 20;
        }
        if (draft.ticks.empty()) {
            return true;
        }
        const std::string lanes = "threads=" + std::to_string(draft.ticks.size());
        building::Suite computing;
        building::Suite mixed;
        double held = 0.0;
        for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
            const double seconds = draft.ticks[i] * k_tick_s;
            computing.test("a", building::demand(seconds));
            const bool computes = i % 3 == 0;
            mixed.test("a", building::demand(computes ? seconds : 0.0, computes ? 0.0 : seconds));
            held += computes ? seconds : 0.0;
        }
        const double all = sum(draft) * k_tick_s;
        const double most = longest(draft) * k_tick_s;
        const double between = simulated(mixed.workload(), lanes, k_cores).wall.value();
        return near(simulated(computing.workload(), lanes, k_cores).wall.value(), all, 1e-6)
               && near(simulated(workload_of(draft), lanes, k_cores).wall.value(), most)
               && between >= std::max(held, most) * (1.0 - 1e-6) && between <= all * (1.0 + 1e-6);
    });
}

TEST_CASE("P16: the lower bound never rises with a further worker") {
    for_all([](const Draft& draft) {
        const Workload suite = workload_of(draft);
        const ModelParameters runner = building::free_runner(k_cores);
        const Machine on = building::machine(k_cores);
        PredictionOptions options;
        options.replications = 0;
        const auto bound = [&](std::uint32_t workers) {
            Draft with = draft;
            with.workers = workers;
            return predict(suite, building::configuration(spec_of(with)), runner, on, options)
                .lower_bound;
        };
        return bound(draft.workers + 1) <= bound(draft.workers);
    });
}

TEST_CASE("P17: twice as long tests take twice as long, but for load with its 0.1 s") {
    for_all([](Draft draft) {
        draft.dist = draft.dist == 0 ? 1 : draft.dist;
        Draft twice = draft;
        for (std::uint32_t& ticks : twice.ticks) {
            ticks *= 2;
        }
        return wall(twice) == 2.0 * wall(draft);
    });
}

TEST_CASE("P17: with load too, where all tests are short or all are long for it") {
    // Short: below 0.1 s also when doubled.
    for_all([](Draft draft) {
        draft.dist = 0;
        const bool is_short = draft.workers % 2 == 0;
        for (std::uint32_t& ticks : draft.ticks) {
            ticks = is_short ? 1 + ticks % 50 : ticks + 103;
        }
        Draft twice = draft;
        for (std::uint32_t& ticks : twice.ticks) {
            ticks *= 2;
        }
        return wall(twice) == 2.0 * wall(draft);
    });
}

TEST_CASE("P18: a longer start adds exactly as much") {
    for_all([](const Draft& draft) {
        Workload suite = workload_of(draft);
        suite.boot = building::demand(0.0, 0.25);
        const double before = simulated(suite, spec_of(draft), k_cores).wall.value();
        suite.boot = building::demand(0.0, 2.25);
        // The controller and then its workers start longer, all at once.
        return simulated(suite, spec_of(draft), k_cores).wall.value() == before + 4.0;
    });
}

TEST_CASE("P27: nine runs in ten end within the interval of the prediction") {
    // The truth is drawn as the replications are, with a seed that the prediction does not know.
    int inside = 0;
    int cases = 0;
    const ModelParameters runner = building::free_runner(4);
    const Machine on = building::machine(4);
    for_all([&](Draft draft) {
        if (draft.ticks.empty()) {
            return true;
        }
        for (std::uint32_t& ticks : draft.ticks) {
            ticks += 20;  // 20 ms and more
        }
        const Workload suite = workload_of(draft);
        const Configuration how = building::configuration(spec_of(draft));
        PredictionOptions options;
        options.seed = 2 * static_cast<std::uint64_t>(++cases);
        ModelParameters exact = runner;
        exact.relative_error = 0.0;
        const Prediction found = predict(suite, how, exact, on, options);
        const model::Courses courses(suite);
        const model::Scenario scenario{
            suite, courses, how, exact, on, {}, model::costs_of(suite, how, exact)};
        const std::uint64_t other = options.seed + 1;
        const model::Perturbation drawn = model::perturbed(suite, other, 0);
        const double took =
            model::Engine(scenario, drawn).run(nullptr).wall * model::machine_factor(other, 0);
        inside += took >= found.wall.low.value() && took <= found.wall.high.value() ? 1 : 0;
        return true;
    });
    const double share = static_cast<double>(inside) / cases;
    MESSAGE("covered: ", share);
    CHECK(share >= 0.88);
    CHECK(share <= 0.92);
}

TEST_CASE("P28: a million tests are predicted in finite numbers, by 1,024 workers too") {
    building::Suite suite;
    suite.tests("a.py", 1'000'000, building::demand(1e-9));
    const Workload workload = suite.workload();
    PredictionOptions options;
    options.replications = 1;
    options.most_exact_tests = 1000;
    const Prediction found = predict(
        workload,
        building::configuration("processes=1024,dist=worksteal"),
        building::usual_runner(4),
        building::machine(4),
        options
    );
    CHECK(std::isfinite(found.wall.high.value()));
    CHECK(found.wall.low > Seconds(0));
    CHECK(near(building::sum(found.breakdown), found.wall.mid.value(), 1e-9));
}

TEST_CASE("P28: whatever the durations and workers, a prediction is finite and in order") {
    constexpr std::array k_lengths{
        0.0,
        1e-9,
        1.0,
        1e7,
        1e300,
        -5.0,
        std::numeric_limits<double>::quiet_NaN(),
        std::numeric_limits<double>::infinity()};
    for_all([&](const Draft& draft) {
        Profile profile;
        profile.host.rung = draft.workers % 2 == 0 ? Rung::none : Rung::proc_only;
        for (std::size_t i = 0; i < draft.ticks.size(); ++i) {
            TestCost test;
            test.id = "f" + std::to_string(draft.files[i]) + ".py::t" + std::to_string(i);
            test.outcome = TestOutcome::passed;
            test.call.wall = Seconds(k_lengths[draft.ticks[i] % k_lengths.size()]);
            test.call.cpu_user = Seconds(k_lengths[(draft.ticks[i] / 8) % k_lengths.size()]);
            profile.tests.push_back(test);
        }
        const Workload suite = make_workload(profile);
        PredictionOptions options;
        options.replications = 2;
        const bool huge = draft.ticks.size() % 16 == 1;
        for (const std::string& spec :
             {huge ? std::string("processes=1024") : spec_of(draft), std::string("forked=3")}) {
            const Prediction found = predict(
                suite,
                building::configuration(spec),
                building::usual_runner(4),
                building::machine(4),
                options
            );
            const Interval<Seconds>& range = found.wall;
            if (!std::isfinite(range.high.value()) || range.low < Seconds(0)
                || range.mid < range.low || range.high < range.mid
                || !std::isfinite(found.speedup.mid) || found.lower_bound > range.mid) {
                return false;
            }
        }
        return true;
    });
}
