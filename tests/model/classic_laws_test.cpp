// Laws of scheduling and of queues that are older than pytest, with their sources.

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <queue>
#include <utility>
#include <vector>

#include "laws.hpp"
#include "model/build.hpp"
#include "model/core_stage.hpp"
#include "model/property.hpp"
#include "model/shards.hpp"

using namespace advisor;
using building::Draft;
using building::for_all;
using building::k_tick_s;
using building::simulated;
using building::workload_of;

namespace {

constexpr std::uint32_t k_cores = 8;

using Lengths = std::vector<std::uint32_t>;

double highest(const std::vector<double>& values) {
    return values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
}

/// The least makespan, by trying everything: tests longest first, each on every machine that is
/// loaded differently.
void search(const Lengths& lengths, std::size_t next, std::vector<double>& loads, double& best) {
    if (highest(loads) >= best) {
        return;
    }
    if (next == lengths.size()) {
        best = highest(loads);
        return;
    }
    for (std::size_t i = 0; i < loads.size(); ++i) {
        const auto same = loads.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(loads.begin(), same, loads[i]) == same) {
            loads[i] += lengths[next];
            search(lengths, next + 1, loads, best);
            loads[i] -= lengths[next];
        }
    }
}

double optimum(Lengths lengths, std::uint32_t machines) {
    std::sort(lengths.rbegin(), lengths.rend());
    double best = std::accumulate(lengths.begin(), lengths.end(), 1.0);
    std::vector<double> loads(machines, 0.0);
    search(lengths, 0, loads, best);
    return best;
}

/// Each test to whoever is free first.
double listed(const Lengths& lengths, std::uint32_t machines) {
    std::vector<double> loads(machines, 0.0);
    for (const std::uint32_t length : lengths) {
        *std::min_element(loads.begin(), loads.end()) += length;
    }
    return highest(loads);
}

/// At most ten tests, one in each file.
Draft few(Draft draft) {
    draft.ticks.resize(std::min<std::size_t>(draft.ticks.size(), 10));
    draft.files.resize(draft.ticks.size());
    std::iota(draft.files.begin(), draft.files.end(), 0U);
    return draft;
}

/// Lane i begins with the i-th test and holds a next one; who ends a test takes over what it holds
/// and pulls again. Of several that end at once the first lane is first.
double with_look_ahead(const Lengths& lengths, std::uint32_t lanes) {
    struct Lane {
        double end = 0.0;
        std::size_t number = 0;
        std::size_t held = 0;
        bool operator>(const Lane& other) const {
            return std::pair(end, number) > std::pair(other.end, other.number);
        }
    };
    std::priority_queue<Lane, std::vector<Lane>, std::greater<>> running;
    std::size_t next = std::min<std::size_t>(lanes, lengths.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(lanes, lengths.size()); ++i) {
        running.push({static_cast<double>(lengths[i]), i, next++});
    }
    double last = 0.0;
    while (!running.empty()) {
        Lane lane = running.top();
        running.pop();
        last = lane.end;
        if (lane.held < lengths.size()) {
            lane.end += lengths[lane.held];
            lane.held = next++;
            running.push(lane);
        }
    }
    return last;
}

struct Waiting {
    double mean = 0.0;
    double error = 0.0;  ///< standard, from the means of batches
};

/// Customers come as Poisson's process says with rate `arrivals`, `servers` of a stage serve them
/// first come, first served, for 1 s on average.
Waiting waiting(double arrivals, std::uint32_t servers, bool is_deterministic) {
    constexpr std::size_t k_customers = 100 * building::k_property_cases;
    constexpr std::size_t k_batches = 50;
    Random random(servers + (is_deterministic ? 100 : 0));
    const auto exponential = [&] { return -std::log1p(-random.uniform()); };
    model::CoreStage stage(building::free_runner(servers), building::machine(servers), servers);
    std::vector<std::uint32_t> free(servers);
    std::iota(free.begin(), free.end(), 0U);
    std::queue<double> line;  // times of arrival
    std::vector<double> batches(k_batches, 0.0);
    std::size_t served = 0;
    double next_arrival = exponential() / arrivals;
    const auto serve = [&] {
        batches[served++ * k_batches / k_customers] += stage.now() - line.front();
        line.pop();
        stage.begin(free.back(), building::demand(is_deterministic ? 1.0 : exponential()));
        free.pop_back();
    };
    while (served < k_customers) {
        if (next_arrival < stage.next_end()) {
            stage.advance(next_arrival);
            line.push(stage.now());
            next_arrival += exponential() / arrivals;
        } else {
            free.push_back(stage.end_next().value());
        }
        if (!free.empty() && !line.empty()) {
            serve();
        }
    }
    Waiting result;
    for (double& batch : batches) {
        batch *= static_cast<double>(k_batches) / static_cast<double>(k_customers);
        result.mean += batch / k_batches;
    }
    for (const double batch : batches) {
        result.error += (batch - result.mean) * (batch - result.mean);
    }
    result.error = std::sqrt(result.error / (k_batches - 1) / k_batches);
    return result;
}

/// Erlang's C over c mu - lambda, with mu = 1 (Erlang, 1917).
double erlang_wait(double arrivals, std::uint32_t servers) {
    double term = 1.0;
    double sum = 0.0;
    for (std::uint32_t k = 0; k < servers; ++k) {
        sum += term;
        term *= arrivals / (k + 1);
    }
    const double all_busy = term / (1.0 - arrivals / servers);
    return all_busy / (sum + all_busy) / (servers - arrivals);
}

/// M/D/c with a service of 1 (Crommelin, 1932): with a = lambda the sum over i = 1, 2, ... of
/// e^-ia (sum over j >= ic of (ia)^j / j! - c/a sum over j > ic of (ia)^j / j!).
double crommelin_wait(double arrivals, std::uint32_t servers) {
    double wait = 0.0;
    for (std::uint32_t i = 1; i < 2000; ++i) {
        const double mean = i * arrivals;
        const std::uint32_t first = i * servers;
        double term = std::exp(-mean + first * std::log(mean) - std::lgamma(first + 1.0));
        double from = 0.0;    // Poisson's probability of `first` and more
        double beyond = 0.0;  // and of more
        for (std::uint32_t j = first; term > 1e-18 || j < first + 2; ++j) {
            from += term;
            beyond += j > first ? term : 0.0;
            term *= mean / (j + 1);
        }
        wait += from - servers / arrivals * beyond;
    }
    return wait;
}

}  // namespace

TEST_CASE("P6: longest first is within 4/3 - 1/(3n) of the best schedule, any list within 2 - 1/n"
) {
    // Graham, 1966 and 1969. The reference of longest first is how files are dealt to shards.
    for_all([](const Draft& drawn) {
        const Draft draft = few(drawn);
        const double n = draft.workers;
        const double best = optimum(draft.ticks, draft.workers);
        double longest_first = 0.0;
        for (const Workload& part : model::deal(workload_of(draft), draft.workers)) {
            double load = 0.0;
            for (const WorkTest& test : part.tests) {
                load += test.demand.alone().value() / k_tick_s;
            }
            longest_first = std::max(longest_first, load);
        }
        return draft.ticks.empty()
               || (longest_first >= best && listed(draft.ticks, draft.workers) >= best
                   && longest_first <= (4.0 / 3.0 - 1.0 / (3.0 * n)) * best + 1e-9
                   && listed(draft.ticks, draft.workers) <= (2.0 - 1.0 / n) * best + 1e-9);
    });
}

TEST_CASE("P7: lanes that pull are list scheduling with a look-ahead of one, within Graham's bound"
) {
    // The lane that ends last began its last but one test at s, when its last one was not dealt
    // yet: all were busy until s, so s <= (sum - d1 - d2) / n. Without the look-ahead, as in
    // pytest-parallel, it is Graham's own bound, which lanes keep here if no test is held back.
    for_all([](const Draft& draft) {
        const std::string lanes = "threads=" + std::to_string(draft.workers);
        const double took = simulated(workload_of(draft), lanes, k_cores).wall.value() / k_tick_s;
        const double n = draft.workers;
        const double sum = std::accumulate(draft.ticks.begin(), draft.ticks.end(), 0.0);
        const double longest =
            draft.ticks.empty() ? 0.0 : *std::max_element(draft.ticks.begin(), draft.ticks.end());
        const double bound = sum / n + (1.0 - 1.0 / n) * longest;
        return took == with_look_ahead(draft.ticks, draft.workers)
               && listed(draft.ticks, draft.workers) <= bound + 1e-6
               && took <= bound + (1.0 - 1.0 / n) * longest + 1e-6;
    });
}

TEST_CASE("P9: a stage with a line before it waits as M/M/c and M/D/c do") {
    // 18 cells of a million customers, each within three standard errors.
    for (const double load : {0.3, 0.6, 0.9}) {
        for (const std::uint32_t servers : {1U, 2U, 8U}) {
            for (const bool is_deterministic : {false, true}) {
                const Waiting found = waiting(load * servers, servers, is_deterministic);
                const double expected = is_deterministic ? crommelin_wait(load * servers, servers)
                                                         : erlang_wait(load * servers, servers);
                CAPTURE(load);
                CAPTURE(servers);
                CAPTURE(is_deterministic);
                CHECK(std::abs(found.mean - expected) < 3.0 * found.error);
            }
        }
    }
}

TEST_CASE("the formula of M/D/c is that of M/D/1 for one server") {
    for (const double load : {0.3, 0.6, 0.9}) {
        CHECK(crommelin_wait(load, 1) == doctest::Approx(load / (2.0 * (1.0 - load))));
    }
}

TEST_CASE("P12: the tests in progress are as many as start a second, times how long they take") {
    // Little, 1961: over a run that begins and ends empty an identity. The left side is what a
    // clock that looks at the whole run sees, the right side what each test sees.
    for_all([](const Draft& draft) {
        const Simulation run = simulated(workload_of(draft), building::spec_of(draft), k_cores);
        std::vector<std::pair<double, int>> changes;
        double residence = 0.0;
        for (const ScheduledTest& test : run.schedule) {
            changes.emplace_back(test.begin.value(), 1);
            changes.emplace_back(test.end.value(), -1);
            residence += (test.end - test.begin).value();
        }
        std::sort(changes.begin(), changes.end());
        double area = 0.0;
        double last = 0.0;
        int in_progress = 0;
        for (const auto& [at, change] : changes) {
            area += in_progress * (at - last);
            last = at;
            in_progress += change;
            if (in_progress < 0 || in_progress > static_cast<int>(draft.workers)) {
                return false;
            }
        }
        return in_progress == 0 && std::abs(area - residence) <= 1e-9 * std::max(1.0, residence);
    });
}
