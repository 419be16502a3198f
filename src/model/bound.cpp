#include "model/bound.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "model/core_sharing.hpp"

namespace advisor::model {

namespace {

/// Of the bound, what repeating one fixture must cost to be called what binds.
constexpr double k_material_share = 0.02;

constexpr int k_bisections = 60;

/// What one worker must do in a row: tests and the set-ups that they need.
struct Chain {
    double tests_s = 0.0;
    double setups_s = 0.0;
    double costliest_s = 0.0;
    std::uint32_t costliest = 0;  ///< a fixture

    void set_up(std::uint32_t fixture, double seconds) {
        setups_s += seconds;
        if (seconds > costliest_s) {
            costliest_s = seconds;
            costliest = fixture;
        }
    }
    [[nodiscard]] double length() const { return tests_s + setups_s; }
    /// Then to name a test would mislead.
    [[nodiscard]] bool is_mostly_setups() const { return setups_s > tests_s; }
};

/// Tests by the costliest fixture instance that each needs.
struct Family {
    double work_s = 0.0;
    double setup_s = 0.0;
    std::uint32_t fixture = 0;
};

class Limits {
public:
    explicit Limits(const Scenario& scenario)
        : scenario_(scenario),
          workload_(scenario.workload),
          nodes_(scenario.costs.nodes()) {
        add_tests();
        add_instances();
    }

    // Times below are what must pass between the barrier and the end of the last test. With m
    // workers, tests of p_j, instances of s_i (set-up and tear-down), alone on the machine:
    //   work          (sum p + sum s) / m; what must run alone on lanes is not spread
    //   longest_test  max_j (p_j + sum of s over its needs); called fixtures if s is most of it
    //   longest_group the same for tests that stay on one worker
    //   cores         all CPU of them / most capacity
    //   gil           all GIL of them / interpreters
    //   fixtures      least T with W + sum_i s_i ceil(P_i / (T - s_i)) <= m T: of the family of
    //                 tests P_i that need i, no worker does more than T - s_i. W is all other
    //                 work; a test counts to the family of its costliest instance alone, so that
    //                 nothing counts twice.
    //   controller    messages of all tests, one after the other
    [[nodiscard]] LowerBound highest(double tests_begin) const {
        const RunCosts& costs = scenario_.costs;
        const double after = (costs.worker_exit.alone() + costs.finish.alone()).value();
        const double spread = work_ + setups_ - alone_;
        const double work = spread / nodes_ + alone_;
        LowerBound bound{tests_begin + work + after, Bound::work, {}};
        const auto consider = [&](double seconds, Bound by, const std::string& subject) {
            if (seconds > bound.seconds * (1.0 + 1e-9)) {
                bound = {seconds, by, subject};
            }
        };
        const auto within = [&](double seconds) { return tests_begin + seconds + after; };
        if (!workload_.tests.empty()) {
            consider_chain(
                longest_, Bound::longest_test, workload_.test_names[longest_at_], consider, within
            );
        }
        consider_groups(consider, within);
        const CoreSharing cores(scenario_.parameters, scenario_.machine);
        consider(within(cpu_ / cores.most_capacity()), Bound::cores, {});
        if (costs.lanes > 1 && !workload_.free_threaded) {
            consider(within(gil_ / costs.workers), Bound::gil, {});
        }
        consider_fixtures(consider, within);
        const double messages =
            costs.test_message.alone().value() * static_cast<double>(workload_.tests.size());
        if (costs.style != Style::lanes) {
            consider(tests_begin + messages + costs.finish.alone().value(), Bound::controller, {});
        }
        return bound;
    }

private:
    [[nodiscard]] double cost_of(std::uint32_t instance) const {
        const WorkFixture& work = workload_.fixtures[fixture_of(instance)];
        return (work.setup.alone() + work.teardown.alone()).value();
    }

    [[nodiscard]] std::uint32_t fixture_of(std::uint32_t instance) const {
        return scenario_.courses.fixtures().instances()[instance].need.fixture;
    }

    [[nodiscard]] double length_of(std::uint32_t test) const {
        return (workload_.tests[test].demand.alone() + scenario_.costs.test_extra.alone()).value();
    }

    void add_tests() {
        families_.resize(scenario_.courses.fixtures().instances().size());
        for (std::uint32_t i = 0; i < workload_.tests.size(); ++i) {
            const Demand whole = workload_.tests[i].demand + scenario_.costs.test_extra;
            add(whole);
            const double length = whole.alone().value();
            work_ += length;
            if (workload_.tests[i].alone && scenario_.costs.style == Style::lanes) {
                alone_ += length;
            }
            Chain chain;
            chain.tests_s = length;
            const auto needs = scenario_.courses.fixtures().needs(i);
            for (const std::uint32_t instance : needs) {
                chain.set_up(fixture_of(instance), cost_of(instance));
            }
            if (chain.length() > longest_.length()) {
                longest_ = chain;
                longest_at_ = i;
            }
            const auto costliest =
                std::max_element(needs.begin(), needs.end(), [&](std::uint32_t a, std::uint32_t b) {
                    return cost_of(a) < cost_of(b);
                });
            if (costliest != needs.end()) {
                families_[*costliest].work_s += length;
            }
        }
    }

    void add_instances() {
        for (std::uint32_t i = 0; i < families_.size(); ++i) {
            const std::uint32_t fixture = fixture_of(i);
            const WorkFixture& work = workload_.fixtures[fixture];
            add(work.setup + work.teardown);
            families_[i].setup_s = cost_of(i);
            families_[i].fixture = fixture;
            setups_ += families_[i].setup_s;
        }
    }

    void add(const Demand& demand) {
        cpu_ += demand.cpu.value();
        gil_ += std::min(demand.gil, demand.cpu - demand.overlapped).value();
    }

    /// The unit of a test if it may not be divided; null if every test goes for itself.
    [[nodiscard]] const std::uint32_t* unit_of(const WorkTest& test) const {
        const auto* processes = std::get_if<Processes>(&scenario_.configuration.runner);
        if (processes != nullptr && processes->dist == Distribution::loadscope) {
            return &test.scope;
        }
        if (processes != nullptr && processes->dist == Distribution::loadfile) {
            return &test.file;
        }
        const bool divides = processes != nullptr
                             && (processes->dist == Distribution::load
                                 || processes->dist == Distribution::worksteal);
        return test.marked && !divides ? &test.group : nullptr;
    }

    template <typename Consider, typename Within>
    void consider_chain(
        const Chain& chain,
        Bound by,
        const std::string& subject,
        const Consider& consider,
        const Within& within
    ) const {
        if (chain.is_mostly_setups()) {
            consider(
                within(chain.length()), Bound::fixtures, workload_.fixture_names[chain.costliest]
            );
        } else {
            consider(within(chain.length()), by, subject);
        }
    }

    template <typename Consider, typename Within>
    void consider_groups(const Consider& consider, const Within& within) const {
        struct Unit {
            Chain chain;
            std::set<std::uint32_t> instances;
        };
        std::map<std::uint32_t, Unit> units;
        std::uint32_t last_set = 0;
        const Unit* last_unit = nullptr;
        for (std::uint32_t i = 0; i < workload_.tests.size(); ++i) {
            const std::uint32_t* id = unit_of(workload_.tests[i]);
            if (id == nullptr) {
                continue;
            }
            Unit& unit = units[*id];
            unit.chain.tests_s += length_of(i);
            const std::uint32_t set = scenario_.courses.fixtures().set_of(i);
            if (&unit == last_unit && set == last_set) {
                continue;
            }
            for (const std::uint32_t instance : scenario_.courses.fixtures().needs(i)) {
                if (unit.instances.insert(instance).second) {
                    unit.chain.set_up(fixture_of(instance), cost_of(instance));
                }
            }
            last_unit = &unit;
            last_set = set;
        }
        for (const auto& [id, unit] : units) {
            consider_chain(
                unit.chain, Bound::longest_group, workload_.unit_names[id], consider, within
            );
        }
    }

    /// Workers that a family occupies at least, if nobody works longer than `time`. A hair less
    /// than the quotient, lest rounding ask for one more.
    [[nodiscard]] static double workers_for(const Family& family, double time) {
        return std::max(1.0, std::ceil(family.work_s / (time - family.setup_s) - 1e-9));
    }

    [[nodiscard]] double time_with_setups(const std::vector<Family>& families) const {
        double other = work_ + setups_;
        double low = 0.0;
        for (const Family& family : families) {
            other -= family.work_s + family.setup_s;
            low = std::max(low, family.setup_s);
        }
        double high = std::max(low, work_ + setups_) * 2.0;
        for (int step = 0; step < k_bisections; ++step) {
            const double time = (low + high) / 2;
            double needed = other;
            for (const Family& family : families) {
                needed += family.work_s + family.setup_s * workers_for(family, time);
            }
            (needed <= time * nodes_ ? high : low) = time;
        }
        return low;
    }

    template <typename Consider, typename Within>
    void consider_fixtures(const Consider& consider, const Within& within) const {
        std::vector<Family> costly;
        std::copy_if(
            families_.begin(),
            families_.end(),
            std::back_inserter(costly),
            [](const Family& family) { return family.setup_s > 0.0 && family.work_s > 0.0; }
        );
        if (costly.empty() || nodes_ <= 1.0) {
            return;
        }
        const double time = time_with_setups(costly);
        const auto repeated = [&](const Family& family) {
            return family.setup_s * (workers_for(family, time) - 1.0);
        };
        const auto worst =
            std::max_element(costly.begin(), costly.end(), [&](const Family& a, const Family& b) {
                return repeated(a) < repeated(b);
            });
        // Below that the name would mislead: the work itself binds, and the bound is hardly lower.
        if (repeated(*worst) > k_material_share * time) {
            consider(within(time), Bound::fixtures, workload_.fixture_names[worst->fixture]);
        }
    }

    const Scenario& scenario_;
    const Workload& workload_;
    double nodes_;
    double work_ = 0.0;
    double alone_ = 0.0;  ///< part of it
    double setups_ = 0.0;
    double cpu_ = 0.0;
    double gil_ = 0.0;
    Chain longest_;
    std::uint32_t longest_at_ = 0;
    std::vector<Family> families_;  ///< by instance
};

}  // namespace

LowerBound lower_bound_of(const Scenario& scenario, double tests_begin) {
    return Limits(scenario).highest(tests_begin);
}

}  // namespace advisor::model
