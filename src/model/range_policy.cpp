#include <algorithm>
#include <utility>
#include <vector>

#include "model/policy.hpp"

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
    RangePolicy(const Course& course, std::uint32_t nodes, std::uint32_t grain)
        : course_(course),
          grain_(grain),
          in_hand_(nodes, 0),
          closing_(nodes, false) {
        const std::size_t units = course.units();
        for (std::size_t node = 0; node < nodes; ++node) {
            ranges_.push_back({units * node / nodes, units * (node + 1) / nodes, false});
        }
    }

    void ready(Node node, Commands& commands) override { take(node, commands); }

    void completed(Node node, std::size_t tests, double, Commands& commands) override {
        in_hand_[node] -= tests;
        take(node, commands);
    }

    void stolen(Node, std::span<const Stretch>, Commands&) override {}

    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand, bool) const override {
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
            const std::size_t end = own.begin + at_once(own);
            const Stretch tests = tests_of(std::exchange(own.begin, end), end);
            commands.run(node, std::span(&tests, 1));
            in_hand_[node] += tests.size();
        }
        if (in_hand_[node] < 2) {
            close(node, commands);
        }
    }

    [[nodiscard]] Stretch tests_of(std::size_t begin, std::size_t end) const {
        return course_.unit(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
    }

    /// Units that a node takes at once. With a grain nothing stands behind a test that is longer
    /// than such a part: somebody else would steal it.
    [[nodiscard]] std::size_t at_once(const Range& own) const {
        const std::size_t most = grain_ == 0 ? 1 : own.size() / grain_;
        if (most <= 1) {
            return 1;
        }
        const Stretch part = tests_of(own.begin, own.begin + most);
        const double seconds = course_.seconds(tests_of(own.begin, own.end)) / grain_;
        std::size_t units = 1;
        const Test reached = course_.reach(part, seconds);
        while (units < most && tests_of(own.begin, own.begin + units).end < reached) {
            ++units;
        }
        return units;
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

    const Course& course_;
    std::uint32_t grain_;
    std::vector<Range> ranges_;         ///< by node
    std::vector<std::size_t> in_hand_;  ///< by node
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy>
make_range_policy(const Course& course, std::uint32_t nodes, std::uint32_t grain) {
    return std::make_unique<RangePolicy>(course, nodes, grain);
}

}  // namespace advisor::model
