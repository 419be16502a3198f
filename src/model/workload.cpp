#include "advisor/model/workload.hpp"

#include <advisor/model/predict.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "model/nodes.hpp"
#include "model/units.hpp"

namespace advisor {

namespace {

Seconds sound(Seconds time) {
    const double value = time.value();
    return std::isfinite(value) && value > 0.0 ? std::min(time, k_longest_span) : Seconds(0);
}

/// A cost of which only the wall time is known.
Demand all_cpu(const Cost& cost) {
    Demand demand;
    demand.cpu = sound(cost.wall);
    demand.gil = demand.cpu;
    return demand;
}

using DemandOf = Demand (*)(const Cost&);

/// Without that much computing of the thread that runs tests, or as much of it as there is.
Demand without_cpu(Demand demand, Seconds cpu) {
    const Seconds less = std::min(cpu, std::max(demand.cpu - demand.overlapped, Seconds(0)));
    demand.cpu -= less;
    demand.gil = std::max(demand.gil - less, Seconds(0));
    return demand;
}

Demand test_demand(const TestCost& test, DemandOf demand_from) {
    const Seconds protocol = sound(test.protocol_overhead);
    Demand demand = demand_from(test.setup) + demand_from(test.call) + demand_from(test.teardown);
    demand.cpu += protocol;  // hooks of pytest and its plugins: Python code, thus under the GIL
    demand.gil += protocol;
    return demand;
}

/// Numbers names in the order of their first appearance.
class Names {
public:
    std::uint32_t id(std::string_view kind, std::string_view name) {
        std::string key(kind);
        key += name;
        const auto [found, added] =
            ids_.emplace(std::move(key), static_cast<std::uint32_t>(names_.size()));
        if (added) {
            names_.emplace_back(name);
        }
        return found->second;
    }
    std::vector<std::string> take() { return std::move(names_); }

private:
    std::map<std::string, std::uint32_t, std::less<>> ids_;
    std::vector<std::string> names_;
};

class Builder {
public:
    Builder(const Profile& profile, const RecorderCost& recorder)
        : profile_(profile),
          recorder_(profile.host.rung == Rung::none ? RecorderCost{} : recorder),
          demand_from_(profile.host.rung == Rung::none ? &all_cpu : &demand_of),
          nodes_(profile.fixture_definitions) {
        if (profile.interpreter.xdist_version) {
            version_ = parse_xdist_version(*profile.interpreter.xdist_version).value_or(version_);
        }
    }

    Workload build() {
        add_session();
        add_fixtures();
        for (std::uint32_t i = 0; i < profile_.tests.size(); ++i) {
            const TestCost& test = profile_.tests[i];
            if (test.outcome != TestOutcome::not_run && test.outcome != TestOutcome::interrupted) {
                add_test(TestIndex{i}, test);
            }
        }
        result_.nodes = nodes_.nodes();
        result_.unit_names = units_.take();
        return std::move(result_);
    }

private:
    void add_session() {
        const SessionCost& session = profile_.session;
        result_.boot = without_cpu(
            demand_from_(session.start) + demand_from_(session.configure), recorder_.start_cpu
        );
        result_.collection = demand_from_(session.collection);
        result_.finish = demand_from_(session.finish);
        result_.exit = demand_from_(session.exit);
        result_.collected = profile_.tests.size();
        result_.process_rss = std::max(profile_.run.peak_rss, Bytes(0));
        result_.collected_rss = result_.process_rss;
        result_.free_threaded = profile_.interpreter.free_threaded;
    }

    std::uint32_t fixture(FixtureUse use) {
        const auto [found, added] =
            fixtures_.emplace(use, static_cast<std::uint32_t>(result_.fixtures.size()));
        if (added) {
            const FixtureDefinition& definition = profile_.fixture_definitions[use.fixture.value];
            result_.fixtures.push_back({use, definition.scope, {}, {}});
            result_.fixture_names.push_back(definition.name);
        }
        return found->second;
    }

    [[nodiscard]] bool is_shared(FixtureUse use) const {
        return use.fixture.value < profile_.fixture_definitions.size()
               && profile_.fixture_definitions[use.fixture.value].scope != Scope::function;
    }

    void add_fixtures() {
        std::vector<double> instances;
        for (const FixtureInstance& instance : profile_.fixtures) {
            if (!is_shared(instance.use)) {
                continue;
            }
            const std::uint32_t index = fixture(instance.use);
            instances.resize(result_.fixtures.size());
            instances[index] += 1.0;
            result_.fixtures[index].setup += demand_from_(instance.setup);
            result_.fixtures[index].teardown += demand_from_(instance.teardown);
        }
        for (std::size_t i = 0; i < instances.size(); ++i) {
            WorkFixture& work = result_.fixtures[i];
            work.setup = work.setup * (1.0 / instances[i]);
            work.teardown = work.teardown * (1.0 / instances[i]);
        }
    }

    void add_test(TestIndex index, const TestCost& test) {
        WorkTest work;
        work.test = index;
        work.demand = without_cpu(test_demand(test, demand_from_), recorder_.test_cpu);
        work.scope = units_.id("s", model::scope_unit(test.id));
        work.file = units_.id("f", model::file_unit(test.id));
        work.group = units_.id("g", model::group_unit(test.id, test.groups, version_));
        work.fails = test.outcome == TestOutcome::failed || test.outcome == TestOutcome::error;
        work.marked = !test.groups.empty();
        work.alone = !test.alone_because.empty();
        work.spread = test.wall_spread;
        work.node = nodes_.leaf_of(test);
        work.first_need = static_cast<std::uint32_t>(result_.needs.size());
        for (const FixtureUse use : test.fixtures) {
            if (is_shared(use)) {
                add_need(use, test, work.node);
            }
        }
        work.needs = static_cast<std::uint32_t>(result_.needs.size()) - work.first_need;
        if (result_.tests.empty() && test.peak_rss > Bytes(0)) {
            result_.collected_rss = std::min(test.peak_rss, result_.process_rss);
        }
        result_.gil_measured |= test.call.gil_held.has_value();
        result_.tests.push_back(work);
        result_.test_names.push_back(test.id);
    }

    void add_need(FixtureUse use, const TestCost& test, std::uint32_t& leaf) {
        const FixtureDefinition& definition = profile_.fixture_definitions[use.fixture.value];
        if (definition.scope == Scope::class_ && test.class_length == 0) {
            leaf = nodes_.own_node(test, leaf);
        }
        const WorkNeed need{fixture(use), nodes_.home_of(definition, test, leaf)};
        const auto first = result_.needs.end() - static_cast<std::ptrdiff_t>(needs_so_far());
        if (std::find(first, result_.needs.end(), need) == result_.needs.end()) {
            result_.needs.push_back(need);
        }
    }

    [[nodiscard]] std::size_t needs_so_far() const {
        const std::size_t before =
            result_.tests.empty() ? 0
                                  : result_.tests.back().first_need + result_.tests.back().needs;
        return result_.needs.size() - before;
    }

    const Profile& profile_;
    RecorderCost recorder_;
    DemandOf demand_from_;
    XdistVersion version_;
    model::NodeTable nodes_;
    Names units_;
    std::map<FixtureUse, std::uint32_t> fixtures_;
    Workload result_;
};

}  // namespace

Demand demand_of(const Cost& cost) {
    const Seconds own = sound(cost.cpu_user) + sound(cost.cpu_sys);
    const Seconds threads = own + sound(cost.other_threads_cpu);
    const Seconds waited = sound(cost.core_wait.value_or(Seconds(0)));
    const Seconds span = std::max(sound(cost.wall) - waited, own);
    Demand demand;
    demand.cpu = threads + sound(cost.children_cpu);
    demand.blocked = std::max(span - demand.cpu, Seconds(0));
    demand.overlapped = std::max(demand.cpu - span, Seconds(0));
    demand.gil = std::min(sound(cost.gil_held.value_or(cost.cpu_user)), threads);
    demand.releases = static_cast<double>(std::max<std::int64_t>(0, cost.voluntary_switches));
    return demand;
}

Workload make_workload(const Profile& profile, const RecorderCost& recorder) {
    return Builder(profile, recorder).build();
}

}  // namespace advisor
