#include <algorithm>
#include <cstddef>
#include <optional>

#include "model/planned_units.hpp"
#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// A node gets a third and further test while those behind its running one are predicted to last
/// less: so long may a completion be on its way to the controller and back.
constexpr double k_ahead_s = 0.02;
constexpr std::size_t k_most_in_hand = 32;

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
    PlannedPolicy(const Workload& workload, std::uint32_t nodes, std::uint32_t grain)
        : plan_(plan_units(workload, nodes)),
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
        seconds_.reserve(workload.tests.size());
        double whole = 0.0;
        for (const WorkTest& test : workload.tests) {
            seconds_.push_back(test.demand.alone().value());
            whole += seconds_.back();
        }
        if (grain > 0) {
            ahead_s_ = std::max(k_ahead_s, whole / nodes / grain);
            most_in_hand_ = std::max(k_most_in_hand, workload.tests.size() / nodes / grain);
        }
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

    void completed(Node node, std::span<const Test> tests, double, Commands& commands) override {
        std::vector<Test>& in_hand = in_hand_[node];
        for (const Test test : tests) {
            const auto found = std::find(in_hand.begin(), in_hand.end(), test);
            if (found != in_hand.end()) {
                ahead_[node] -= seconds_[test];
                in_hand.erase(found);
            }
        }
        refill(node, commands);
    }

    void stolen(Node, std::span<const Test>, Commands&) override {}

    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand) const override {
        return std::max<std::size_t>(1, closing_[node] ? in_hand : in_hand / 2);
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
        const std::vector<Test>& in_hand = in_hand_[node];
        if (in_hand.size() < 2) {
            return true;
        }
        return ahead_[node] - seconds_[in_hand.front()] < ahead_s_
               && in_hand.size() < most_in_hand_;
    }

    bool send_one(Node node, Commands& commands) {
        Share& share = shares_[node];
        if (share.begin == share.end && !take_unit(node) && !take_over(node)) {
            return false;
        }
        const Test test = plan_.tests[share.begin++];
        share.left_s -= seconds_[test];
        in_hand_[node].push_back(test);
        ahead_[node] += seconds_[test];
        commands.run(node, std::span(&plan_.tests[share.begin - 1], 1));
        return true;
    }

    [[nodiscard]] double opening_cost(Node node, std::size_t family) const {
        return has_opened_[family * shares_.size() + node] ? 0.0 : plan_.families[family].setup_s;
    }

    /// More workers than planned may open a family once nothing else is left, if its rest,
    /// divided once more, outweighs the set-up.
    [[nodiscard]] bool may_open(Node node, std::size_t family, bool at_the_end) const {
        const double cost = opening_cost(node, family);
        return cost <= 0.0 || opened_by_[family] < plan_.families[family].nodes
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
        const PlannedUnit& unit = plan_.families[*family].units[taken_[*family]++];
        left_s_[*family] -= unit.work_s + unit.setup_s;
        shares_[node] = {unit.begin, unit.end, unit.work_s, unit.setup_s, *family, unit.divisible};
        open(node, *family);
        return true;
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
            taken.left_s += seconds_[plan_.tests[--longest->end]];
        } while (taken.left_s < wanted && longest->end - longest->begin > 1);
        taken.begin = longest->end;
        longest->left_s -= taken.left_s;
        shares_[node] = taken;
        open(node, taken.family);
        return true;
    }

    Plan plan_;
    std::vector<double> seconds_;
    std::vector<std::size_t> taken_;        ///< units of each family that are dealt
    std::vector<double> left_s_;            ///< work of each family that is not dealt
    std::vector<std::uint32_t> opened_by_;  ///< nodes that set up the family's fixtures
    std::vector<bool> has_opened_;          ///< by family and node
    std::vector<Share> shares_;
    std::vector<std::vector<Test>> in_hand_;
    std::vector<double> ahead_;  ///< seconds of what is in hand
    double ahead_s_ = k_ahead_s;
    std::size_t most_in_hand_ = k_most_in_hand;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy>
make_planned_policy(const Workload& workload, std::uint32_t nodes, std::uint32_t grain) {
    return std::make_unique<PlannedPolicy>(workload, nodes, grain);
}

}  // namespace advisor::model
