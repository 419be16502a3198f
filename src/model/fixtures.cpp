#include "model/fixtures.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "model/nodes.hpp"

namespace advisor::model {

namespace {

constexpr std::uint32_t k_no_set = std::numeric_limits<std::uint32_t>::max();

}  // namespace

FixturePlan::FixturePlan(const Workload& workload)
    : workload_(workload) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> instance_ids;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> slot_ids;
    std::map<std::vector<std::uint32_t>, std::uint32_t> set_ids;
    set_of_test_.reserve(workload.tests.size());
    node_of_test_.reserve(workload.tests.size());
    std::span<const WorkNeed> last;
    std::vector<std::uint32_t> set;
    for (const WorkTest& test : workload.tests) {
        node_of_test_.push_back(test.node);
        const auto needs = std::span(workload.needs).subspan(test.first_need, test.needs);
        if (!set_of_test_.empty()
            && std::equal(needs.begin(), needs.end(), last.begin(), last.end())) {
            set_of_test_.push_back(set_of_test_.back());
            continue;
        }
        last = needs;
        set.clear();
        for (const WorkNeed& need : needs) {
            const auto [found, added] = instance_ids.emplace(
                std::pair(need.fixture, need.node), static_cast<std::uint32_t>(instances_.size())
            );
            if (added) {
                const std::uint32_t definition = workload.fixtures[need.fixture].use.fixture.value;
                const auto slot = slot_ids.emplace(
                    std::pair(definition, need.node), static_cast<std::uint32_t>(slot_ids.size())
                );
                instances_.push_back({need, slot.first->second});
            }
            set.push_back(found->second);
        }
        const auto [found, added] = set_ids.emplace(set, static_cast<std::uint32_t>(sets_.size()));
        if (added) {
            sets_.push_back(set);
        }
        set_of_test_.push_back(found->second);
    }
}

bool FixturePlan::holds(std::uint32_t node, std::uint32_t test) const {
    return model::holds(workload_.nodes, node, node_of(test));
}

LiveFixtures::LiveFixtures(
    const FixturePlan& plan, std::span<const double> factors, std::uint32_t workers
)
    : plan_(plan),
      factors_(factors),
      live_(workers),
      settled_set_(workers, k_no_set),
      setups_(plan.instances().size(), 0),
      was_torn_down_(plan.instances().size(), false) {}

FixtureVisit
LiveFixtures::visit(std::uint32_t worker, std::uint32_t test, const std::uint32_t* next) {
    FixtureVisit visit;
    if (settled_set_[worker] != plan_.set_of(test)) {
        set_up(worker, test, visit);
        settled_set_[worker] = plan_.set_of(test);
    }
    if (next != nullptr && plan_.node_of(*next) == plan_.node_of(test)) {
        return visit;  // Whatever lives here lives above this node, and so above the next test.
    }
    std::vector<std::uint32_t>& live = live_[worker];
    const std::size_t before = live.size();
    for (std::size_t i = before; i > 0; --i) {
        const std::uint32_t instance = live[i - 1];
        if (next == nullptr || !plan_.holds(plan_.instances()[instance].need.node, *next)) {
            tear_down(instance, visit);
            live.erase(live.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
    }
    if (live.size() < before) {
        settled_set_[worker] = k_no_set;
    }
    return visit;
}

void LiveFixtures::set_up(std::uint32_t worker, std::uint32_t test, FixtureVisit& visit) {
    std::vector<std::uint32_t>& live = live_[worker];
    for (const std::uint32_t instance : plan_.needs(test)) {
        if (std::find(live.begin(), live.end(), instance) != live.end()) {
            continue;
        }
        const FixturePlan::Instance& wanted = plan_.instances()[instance];
        const auto rival = std::find_if(live.begin(), live.end(), [&](std::uint32_t other) {
            return plan_.instances()[other].slot == wanted.slot;
        });
        if (rival != live.end()) {
            tear_down(*rival, visit);
            live.erase(rival);
        }
        live.push_back(instance);
        const std::uint32_t fixture = wanted.need.fixture;
        const Demand setup =
            plan_.workload().fixtures[fixture].setup * (factors_.empty() ? 1.0 : factors_[fixture]);
        visit.demand += setup;
        visit.repeated += setups_[instance]++ > 0 ? setup.alone() : Seconds(0);
    }
}

void LiveFixtures::tear_down(std::uint32_t instance, FixtureVisit& visit) {
    const std::uint32_t fixture = plan_.instances()[instance].need.fixture;
    const Demand teardown =
        plan_.workload().fixtures[fixture].teardown * (factors_.empty() ? 1.0 : factors_[fixture]);
    visit.demand += teardown;
    visit.repeated += was_torn_down_[instance] ? teardown.alone() : Seconds(0);
    was_torn_down_[instance] = true;
}

}  // namespace advisor::model
