#include <algorithm>
#include <utility>

#include "model/policy.hpp"
#include "model/unit_order.hpp"

namespace advisor::model {

namespace {

/// Units from `begin` up to `end`.
struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool begun = false;  ///< its node has taken its first unit, which nobody steals before
    [[nodiscard]] std::size_t size() const { return end - begin; }
    [[nodiscard]] std::size_t stealable() const { return size() - (begun || size() == 0 ? 0 : 1); }
};

/// The rule of forked workers (dialect/plugin/lanes/advisor_lanes/shares.py). Each has an equal run
/// of neighbouring units and takes them singly from its front, with a look-ahead of one: who has
/// but one test left takes the next unit before it starts it, because it must know which fixtures
/// the next test keeps. Who has none left steals the later half of the longest range.
class RangePolicy final : public Policy {
public:
    RangePolicy(std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain)
        : order_(units),
          in_hand_(nodes, 0),
          closing_(nodes, false),
          at_once_(grain == 0 ? 1 : std::max<std::size_t>(1, order_.count() / nodes / grain)) {
        for (std::size_t node = 0; node < nodes; ++node) {
            ranges_.push_back(
                {order_.count() * node / nodes, order_.count() * (node + 1) / nodes, false}
            );
        }
    }

    void ready(Node node, Commands& commands) override { take(node, commands); }

    void completed(Node node, std::span<const Test> tests, double, Commands& commands) override {
        in_hand_[node] -= tests.size();
        take(node, commands);
    }

    void stolen(Node, std::span<const Test>, Commands&) override {}

    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand) const override {
        return std::max<std::size_t>(1, closing_[node] || in_hand == 0 ? in_hand : in_hand - 1);
    }

    void stop(Commands& commands) override {
        for (Node node = 0; node < ranges_.size(); ++node) {
            ranges_[node].begin = ranges_[node].end;
            close(node, commands);
        }
    }

private:
    void take(Node node, Commands& commands) {
        while (in_hand_[node] < 2 && has_more(node)) {
            Range& own = ranges_[node];
            own.begun = true;
            const std::size_t end = std::min(own.end, own.begin + at_once_);
            const auto tests = order_.tests(std::exchange(own.begin, end), end);
            commands.run(node, tests);
            in_hand_[node] += tests.size();
        }
        if (in_hand_[node] < 2) {
            close(node, commands);
        }
    }

    /// Fills an empty range, if there is something to fill it with.
    bool has_more(Node node) {
        Range& own = ranges_[node];
        if (own.size() == 0) {
            Range& victim = *std::max_element(
                ranges_.begin(),
                ranges_.end(),
                [](const Range& a, const Range& b) { return a.stealable() < b.stealable(); }
            );
            const std::size_t half = (victim.stealable() + 1) / 2;
            own.begin = victim.end - half;
            own.end = std::exchange(victim.end, own.begin);
        }
        return own.size() > 0;
    }

    void close(Node node, Commands& commands) {
        if (!closing_[node]) {
            closing_[node] = true;
            commands.shut_down(node);
        }
    }

    UnitOrder order_;
    std::vector<Range> ranges_;         ///< by node
    std::vector<std::size_t> in_hand_;  ///< by node
    std::vector<bool> closing_;
    std::size_t at_once_;  ///< units
};

}  // namespace

std::unique_ptr<Policy>
make_range_policy(std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain) {
    return std::make_unique<RangePolicy>(units, nodes, grain);
}

}  // namespace advisor::model
