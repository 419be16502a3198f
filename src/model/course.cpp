#include "model/course.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace advisor::model {

namespace {

Course
sorted_course(const FixturePlan& plan, std::span<const std::uint32_t> units, bool by_size = false) {
    auto [order, ends] = by_unit(units, by_size);
    return {plan, std::move(order), std::move(ends)};
}

std::vector<std::uint32_t> ascending(std::size_t count, std::uint32_t first = 0) {
    std::vector<std::uint32_t> all(count);
    std::iota(all.begin(), all.end(), first);
    return all;
}

}  // namespace

std::pair<std::vector<std::uint32_t>, std::vector<Test>>
by_unit(std::span<const std::uint32_t> units, bool by_size) {
    const std::size_t highest =
        units.empty() ? 0 : *std::max_element(units.begin(), units.end()) + std::size_t{1};
    std::vector<std::uint32_t> sizes(highest, 0);
    std::vector<std::uint32_t> appearance;
    for (const std::uint32_t unit : units) {
        if (sizes[unit]++ == 0) {
            appearance.push_back(unit);
        }
    }
    if (by_size) {
        std::stable_sort(
            appearance.begin(),
            appearance.end(),
            [&](std::uint32_t a, std::uint32_t b) { return sizes[a] > sizes[b]; }
        );
    }
    std::vector<Test> ends;
    std::vector<std::uint32_t>& next = sizes;  // from here on where a unit's next test goes
    for (const std::uint32_t unit : appearance) {
        const Test begin = ends.empty() ? 0 : ends.back();
        ends.push_back(begin + std::exchange(next[unit], begin));
    }
    std::vector<std::uint32_t> order(units.size());
    for (std::uint32_t test = 0; test < units.size(); ++test) {
        order[next[units[test]]++] = test;
    }
    return {std::move(order), std::move(ends)};
}

Course::Course(const FixturePlan& plan, std::vector<std::uint32_t> order, std::vector<Test> units)
    : workload_(plan.workload()),
      order_(std::move(order)),
      units_(units.empty() ? ascending(order_.size(), 1) : std::move(units)),
      sums_(order_.size() + 1),
      seconds_(order_.size() + 1, 0.0),
      changes_(order_.size()) {
    for (Test i = 0; i < size(); ++i) {
        const Demand& demand = workload_.tests[order_[i]].demand;
        sums_[i + 1] = sums_[i] + demand;
        seconds_[i + 1] = seconds_[i] + demand.alone().value();
    }
    find_changes(plan);
}

void Course::find_changes(const FixturePlan& plan) {
    std::vector<Test> needed_in(plan.instances().size(), 0);       // block, by instance
    std::map<std::uint32_t, std::pair<Test, std::uint32_t>> held;  // by slot: block and instance
    std::vector<bool> is_news(order_.size(), false);
    const auto same_collector = [&](Test a, Test b) {
        return plan.node_of(order_[a]) == plan.node_of(order_[b]);
    };
    Test block = 0;
    bool has_rivals = false;
    for (Test i = 0; i < size(); ++i) {
        if (i == 0 || !same_collector(i - 1, i)) {
            ++block;
            has_rivals = false;
            is_news[i] = true;
        } else if (plan.set_of(order_[i]) == plan.set_of(order_[i - 1])) {
            continue;
        }
        for (const std::uint32_t instance : plan.needs(order_[i])) {
            auto& slot = held[plan.instances()[instance].slot];
            has_rivals |= slot.first == block && slot.second != instance;
            slot = {block, instance};
            is_news[i] = is_news[i] || has_rivals || needed_in[instance] != block;
            needed_in[instance] = block;
        }
        is_news[i] = is_news[i] || has_rivals;
    }
    Change next{size(), size(), size(), size()};
    for (Test i = size(); i > 0; --i) {
        next.narrow = plan.is_narrow(order_[i - 1]) ? i - 1 : next.narrow;
        changes_[i - 1] = next;
        const bool moves = i > 1 && !same_collector(i - 1, i - 2);
        if (i > 1 && plan.set_of(order_[i - 1]) != plan.set_of(order_[i - 2])) {
            next.needs = i - 1;
        }
        next.news = is_news[i - 1] ? i - 1 : next.news;
        next.collector = moves ? i - 1 : next.collector;
    }
}

Demand Course::demand(Stretch tests) const {
    if (tests.size() == 1) {
        return workload_.tests[order_[tests.begin]].demand;
    }
    const Demand& end = sums_[tests.end];
    const Demand& begin = sums_[tests.begin];
    Demand demand;
    demand.cpu = end.cpu - begin.cpu;
    demand.blocked = end.blocked - begin.blocked;
    demand.gil = end.gil - begin.gil;
    demand.releases = end.releases - begin.releases;
    demand.overlapped = end.overlapped - begin.overlapped;
    return demand;
}

Test Course::reach(Stretch within, double seconds) const {
    const auto first = seconds_.begin() + within.begin + 1;
    const auto last = seconds_.begin() + within.end;
    const auto found = std::lower_bound(first, last, seconds_[within.begin] + seconds);
    return static_cast<Test>(found - seconds_.begin());
}

Courses::Courses(const Workload& workload)
    : workload_(workload),
      fixtures_(workload) {
    for (std::uint32_t i = 0; i < workload.tests.size(); ++i) {
        if (workload.tests[i].alone) {
            alone_.push_back(i);
        }
    }
}

template <typename Make>
const Course& Courses::known(Kind kind, bool by_size, const Make& make) const {
    const auto found = courses_.find({kind, by_size});
    return found != courses_.end()
               ? found->second
               : courses_.emplace(std::pair(kind, by_size), make()).first->second;
}

const Course& Courses::collection() const {
    return known(Kind::collection, false, [&] {
        return Course(fixtures_, ascending(workload_.tests.size()), {});
    });
}

const Course& Courses::by(std::uint32_t WorkTest::*unit, bool by_size) const {
    const Kind kind = unit == &WorkTest::scope  ? Kind::scope
                      : unit == &WorkTest::file ? Kind::file
                                                : Kind::group;
    return known(kind, by_size, [&] {
        std::vector<std::uint32_t> units;
        units.reserve(workload_.tests.size());
        for (const WorkTest& test : workload_.tests) {
            units.push_back(test.*unit);
        }
        return sorted_course(fixtures_, units, by_size);
    });
}

/// The unit of each test.
std::vector<std::uint32_t> Courses::pulled_units() const {
    std::vector<std::uint32_t> units;
    units.reserve(workload_.tests.size());
    auto own = static_cast<std::uint32_t>(workload_.unit_names.size());
    for (const WorkTest& test : workload_.tests) {
        units.push_back(test.marked ? test.group : own++);
    }
    return units;
}

const Course& Courses::pulled() const {
    return known(Kind::pulled, false, [&] { return sorted_course(fixtures_, pulled_units()); });
}

const Course& Courses::on_lanes() const {
    if (alone_.empty()) {
        return pulled();
    }
    return known(Kind::on_lanes, false, [&] {
        const auto [order, ends] = by_unit(pulled_units());
        std::vector<std::uint32_t> kept;
        std::vector<Test> kept_ends;
        Test begin = 0;
        for (const Test end : ends) {
            const std::size_t before = kept.size();
            for (; begin < end; ++begin) {
                if (!workload_.tests[order[begin]].alone) {
                    kept.push_back(order[begin]);
                }
            }
            if (kept.size() > before) {
                kept_ends.push_back(static_cast<Test>(kept.size()));
            }
        }
        return Course(fixtures_, std::move(kept), std::move(kept_ends));
    });
}

const GilKinds& Courses::gil_kinds(Seconds switch_interval) const {
    return gil_kinds_.try_emplace(switch_interval, on_lanes(), switch_interval).first->second;
}

const Plan& Courses::plan() const {
    if (!plan_) {
        plan_ = std::make_unique<Plan>(plan_units(workload_));
    }
    return *plan_;
}

const Course& Courses::planned() const {
    return known(Kind::planned, false, [&] { return Course(fixtures_, plan().tests, {}); });
}

}  // namespace advisor::model
