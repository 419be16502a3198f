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
                wides_ += need.node == k_session_node ? 1 : 0;
            }
            set.push_back(found->second);
        }
        const auto [found, added] = set_ids.emplace(set, static_cast<std::uint32_t>(sets_.size()));
        if (added) {
            sets_.push_back(set);
            const auto is_narrow = [](const WorkNeed& need) { return need.node != k_session_node; };
            is_narrow_set_.push_back(std::any_of(needs.begin(), needs.end(), is_narrow));
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
      rooms_(workers),
      setups_(plan.instances().size(), 0),
      was_torn_down_(plan.instances().size(), false) {
    for (Room& room : rooms_) {
        room.settled.fill(k_no_set);
    }
}

FixtureVisit
LiveFixtures::visit(std::uint32_t worker, std::uint32_t test, const std::uint32_t* next) {
    FixtureVisit visit;
    Room& room = rooms_[worker];
    const std::uint32_t set = plan_.set_of(test);
    if (!room.knows(set)) {
        set_up(room, test, visit);
        room.settled[room.oldest] = set;
        room.oldest = (room.oldest + 1) % room.settled.size();
    }
    if (next != nullptr && (room.narrow == 0 || plan_.node_of(*next) == plan_.node_of(test))) {
        return visit;  // Whatever lives here lives above this node, and so above the next test.
    }
    const std::size_t before = room.live.size();
    for (std::size_t i = before; i > 0; --i) {
        const std::uint32_t node = plan_.instances()[room.live[i - 1]].need.node;
        if (next == nullptr || !plan_.holds(node, *next)) {
            tear_down(room, i - 1, visit);
        }
    }
    return visit;
}

void LiveFixtures::set_up(Room& room, std::uint32_t test, FixtureVisit& visit) {
    std::vector<std::uint32_t>& live = room.live;
    for (const std::uint32_t instance : plan_.needs(test)) {
        if (std::find(live.begin(), live.end(), instance) != live.end()) {
            continue;
        }
        const FixturePlan::Instance& wanted = plan_.instances()[instance];
        const auto rival = std::find_if(live.begin(), live.end(), [&](std::uint32_t other) {
            return plan_.instances()[other].slot == wanted.slot;
        });
        if (rival != live.end()) {
            tear_down(room, static_cast<std::size_t>(rival - live.begin()), visit);
        }
        live.push_back(instance);
        room.narrow += wanted.need.node == k_session_node ? 0 : 1;
        const std::uint32_t fixture = wanted.need.fixture;
        const Demand setup =
            plan_.workload().fixtures[fixture].setup * (factors_.empty() ? 1.0 : factors_[fixture]);
        visit.demand += setup;
        visit.repeated += setups_[instance]++ > 0 ? setup.alone() : Seconds(0);
    }
}

void LiveFixtures::tear_down(Room& room, std::size_t place, FixtureVisit& visit) {
    const std::uint32_t instance = room.live[place];
    const WorkNeed& need = plan_.instances()[instance].need;
    const Demand teardown = plan_.workload().fixtures[need.fixture].teardown
                            * (factors_.empty() ? 1.0 : factors_[need.fixture]);
    visit.demand += teardown;
    visit.repeated += was_torn_down_[instance] ? teardown.alone() : Seconds(0);
    was_torn_down_[instance] = true;
    room.live.erase(room.live.begin() + static_cast<std::ptrdiff_t>(place));
    room.narrow -= need.node == k_session_node ? 0 : 1;
    room.settled.fill(k_no_set);
}

}  // namespace advisor::model
