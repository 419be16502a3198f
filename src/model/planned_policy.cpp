#include <algorithm>
#include <cstddef>
#include <optional>

#include "model/planned_units.hpp"
#include "model/policy.hpp"

namespace advisor::model {

namespace {

constexpr std::size_t k_most_in_hand = 32;

/// So many nodes get, with a grain, a further part while they still have one behind the running
/// test: else every second run between two messages would be of a single test.
constexpr std::size_t k_many_nodes = 48;

/// The part of a unit that a node works on and that is not sent to it yet.
struct Share {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    double left_s = 0.0;
    double setup_s = 0.0;
    std::size_t family = 0;
    bool divisible = true;
};

/// Longest processing time first over units and families (planned_units.hpp), two tests in hand.
/// Because the controller holds back what a node does not need yet, stealing at the end costs no
/// message: an idle node takes over the later half of the longest share, if that saves more than
/// the fixtures it sets up again.
class PlannedPolicy final : public Policy {
public:
    PlannedPolicy(const Plan& plan, const Course& course, std::uint32_t nodes, std::uint32_t grain)
        : plan_(plan),
          course_(course),
          allotted_(allotted(plan, nodes)),
          grain_(grain),
          taken_(plan_.families.size(), 0),
          left_s_(plan_.families.size(), 0.0),
          opened_by_(plan_.families.size(), 0),
          has_opened_(plan_.families.size() * nodes, false),
          shares_(nodes),
          in_hand_(nodes),
          ahead_(nodes, 0.0),
          closing_(nodes, false) {
        for (std::size_t family = 0; family < plan_.families.size(); ++family) {
            left_s_[family] = plan_.families[family].work_s;
        }
        unsent_s_ = course.seconds({0, course.size()});
    }

    void ready(Node node, Commands& commands) override {
        if (node + 1 < shares_.size()) {
            return;
        }
        // The longest go to different nodes, and who got the longest gets the shortest of the
        // second round.
        for (Node first = 0; first < shares_.size(); ++first) {
            send_one(first, commands);
        }
        for (auto last = static_cast<Node>(shares_.size()); last > 0; --last) {
            refill(last - 1, commands);
        }
    }

    void completed(Node node, std::size_t tests, double, Commands& commands) override {
        done_.clear();
        in_hand_[node].pop_front(tests, done_);
        for (const Stretch& each : done_) {
            ahead_[node] -= seconds_of(each);
        }
        refill(node, commands);
    }

    void stolen(Node, std::span<const Stretch>, Commands&) override {}

    /// Until two are left, as then the node gets more.
    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand, bool) const override {
        if (closing_[node]) {
            return std::max<std::size_t>(1, in_hand);
        }
        return in_hand > 2 ? in_hand - 2 : 1;
    }

    /// With two in hand the second cannot start before a third has come.
    [[nodiscard]] std::uint32_t pauses(Stretch tests) const override {
        return plan_.long_before[tests.end] - plan_.long_before[tests.begin];
    }

    void stop(Commands& commands) override {
        for (Node node = 0; node < shares_.size(); ++node) {
            close(node, commands);
        }
    }

private:
    void refill(Node node, Commands& commands) {
        if (closing_[node]) {
            return;
        }
        while (wants_more(node) && send_one(node, commands)) {
        }
        if (in_hand_[node].size() < 2) {
            close(node, commands);
        }
    }

    void close(Node node, Commands& commands) {
        if (!closing_[node]) {
            closing_[node] = true;
            commands.shut_down(node);
        }
    }

    [[nodiscard]] bool wants_more(Node node) const {
        const Queue& in_hand = in_hand_[node];
        if (in_hand.size() < 2) {
            return true;
        }
        const double behind_s = ahead_[node] - seconds_of(one(in_hand.front()));
        if (grain_ > 0 && shares_.size() >= k_many_nodes) {
            return behind_s < std::max(k_ahead_s, part_s());
        }
        return behind_s < k_ahead_s && in_hand.size() < k_most_in_hand;
    }

    bool send_one(Node node, Commands& commands) {
        Share& share = shares_[node];
        if (share.begin == share.end && !take_unit(node) && !take_over(node)) {
            return false;
        }
        const Stretch next = next_of(share);
        share.begin = next.end;
        const double seconds = seconds_of(next);
        share.left_s -= seconds;
        unsent_s_ -= seconds;
        in_hand_[node].push(next);
        ahead_[node] += seconds;
        commands.run(node, std::span(&next, 1));
        return true;
    }

    [[nodiscard]] static Stretch one(Test test) { return {test, test + 1}; }
    /// Of a single test as it stands in the plan, to the last bit.
    [[nodiscard]] double seconds_of(Stretch tests) const {
        return tests.size() == 1 ? course_.demand(tests).alone().value() : course_.seconds(tests);
    }

    /// What a node gets at once: a test, or with a grain what is its part of the rest.
    [[nodiscard]] Stretch next_of(const Share& share) const {
        if (grain_ == 0) {
            return one(share.begin);
        }
        return {share.begin, course_.reach({share.begin, share.end}, part_s())};
    }
    [[nodiscard]] double part_s() const {
        return unsent_s_ / static_cast<double>(shares_.size()) / grain_;
    }

    [[nodiscard]] double opening_cost(Node node, std::size_t family) const {
        return has_opened_[family * shares_.size() + node] ? 0.0 : plan_.families[family].setup_s;
    }

    /// More workers than planned may open a family once nothing else is left, if its rest,
    /// divided once more, outweighs the set-up.
    [[nodiscard]] bool may_open(Node node, std::size_t family, bool at_the_end) const {
        const double cost = opening_cost(node, family);
        return cost <= 0.0 || opened_by_[family] < allotted_[family]
               || (at_the_end && left_s_[family] > cost * (opened_by_[family] + 1));
    }

    [[nodiscard]] std::optional<std::size_t> best_family(Node node, bool at_the_end) const {
        std::optional<std::size_t> best;
        double best_length = 0.0;
        for (std::size_t family = 0; family < plan_.families.size(); ++family) {
            const auto& units = plan_.families[family].units;
            if (taken_[family] == units.size() || !may_open(node, family, at_the_end)) {
                continue;
            }
            const PlannedUnit& unit = units[taken_[family]];
            const double length = unit.work_s + unit.setup_s + opening_cost(node, family);
            if (!best || length > best_length) {
                best = family;
                best_length = length;
            }
        }
        return best;
    }

    void open(Node node, std::size_t family) {
        const std::size_t bit = family * shares_.size() + node;
        if (!has_opened_[bit]) {
            has_opened_[bit] = true;
            ++opened_by_[family];
        }
    }

    bool take_unit(Node node) {
        auto family = best_family(node, false);
        if (!family) {
            family = best_family(node, true);
        }
        if (!family) {
            return false;
        }
        const double part = grain_ == 0 ? 0.0 : part_s();
        const PlannedUnit& unit = take_next(*family);
        Share share{unit.begin, unit.end, unit.work_s, unit.setup_s, *family, unit.divisible};
        const auto& units = plan_.families[*family].units;
        while (share.left_s < part && taken_[*family] < units.size()
               && is_loose(units[taken_[*family]]) && is_loose(unit)) {
            const PlannedUnit& further = take_next(*family);
            share.end = further.end;
            share.left_s += further.work_s;
        }
        shares_[node] = share;
        open(node, *family);
        return true;
    }

    const PlannedUnit& take_next(std::size_t family) {
        const PlannedUnit& unit = plan_.families[family].units[taken_[family]++];
        left_s_[family] -= unit.work_s + unit.setup_s;
        return unit;
    }

    /// Nothing is lost where its tests go to several nodes.
    [[nodiscard]] static bool is_loose(const PlannedUnit& unit) {
        return unit.divisible && unit.setup_s <= 0.0;
    }

    bool take_over(Node node) {
        Share* longest = nullptr;
        for (Share& share : shares_) {
            if (share.divisible && share.end - share.begin > 1
                && (longest == nullptr || share.left_s > longest->left_s)) {
                longest = &share;
            }
        }
        if (longest == nullptr) {
            return false;
        }
        const double again = longest->setup_s + opening_cost(node, longest->family);
        if (longest->left_s / 2 <= again) {
            return false;
        }
        Share taken = *longest;
        taken.left_s = 0.0;
        const double wanted = (longest->left_s - again) / 2;
        do {
            taken.left_s += seconds_of(one(--longest->end));
        } while (taken.left_s < wanted && longest->end - longest->begin > 1);
        taken.begin = longest->end;
        longest->left_s -= taken.left_s;
        shares_[node] = taken;
        open(node, taken.family);
        return true;
    }

    const Plan& plan_;
    const Course& course_;
    std::vector<std::uint32_t> allotted_;
    std::uint32_t grain_;
    double unsent_s_ = 0.0;
    std::vector<std::size_t> taken_;        ///< units of each family that are dealt
    std::vector<double> left_s_;            ///< work of each family that is not dealt
    std::vector<std::uint32_t> opened_by_;  ///< nodes that set up the family's fixtures
    std::vector<bool> has_opened_;          ///< by family and node
    std::vector<Share> shares_;
    std::vector<Queue> in_hand_;
    std::vector<double> ahead_;  ///< seconds of what is in hand
    std::vector<Stretch> done_;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy> make_planned_policy(
    const Plan& plan, const Course& course, std::uint32_t nodes, std::uint32_t grain
) {
    return std::make_unique<PlannedPolicy>(plan, course, nodes, grain);
}

}  // namespace advisor::model
