#include <algorithm>
#include <unordered_map>

#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// Node i begins with the i-th unit; all further ones are pulled one at a time, first come first
/// served, with a look-ahead of one: who has but one test left pulls again before it starts it,
/// because it must know which fixtures the next test keeps. The first units are dealt so that
/// nobody's look-ahead takes what another one has to begin with.
class PullPolicy final : public Policy {
public:
    PullPolicy(std::span<const std::uint32_t> units, std::uint32_t nodes)
        : in_hand_(nodes, 0) {
        std::unordered_map<std::uint32_t, std::size_t> places;
        std::vector<std::vector<Test>> members;
        for (Test test = 0; test < units.size(); ++test) {
            const auto [place, added] = places.emplace(units[test], members.size());
            if (added) {
                members.emplace_back();
            }
            members[place->second].push_back(test);
        }
        order_.reserve(units.size());
        for (const std::vector<Test>& unit : members) {
            begins_.push_back(order_.size());
            order_.insert(order_.end(), unit.begin(), unit.end());
        }
        begins_.push_back(order_.size());
        taken_ = std::min<std::size_t>(nodes, members.size());
    }

    void ready(Node node, Commands& commands) override {
        if (node + 1 < begins_.size()) {
            give(node, node, commands);
        }
        pull(node, commands);
    }

    void completed(Node node, Test, double, Commands& commands) override {
        --in_hand_[node];
        pull(node, commands);
    }

    void stolen(Node, std::span<const Test>, Commands&) override {}

    void stop(Commands& commands) override {
        taken_ = begins_.size() - 1;
        for (Node node = 0; node < in_hand_.size(); ++node) {
            commands.shut_down(node);
        }
    }

private:
    void pull(Node node, Commands& commands) {
        while (in_hand_[node] < 2 && taken_ + 1 < begins_.size()) {
            give(node, taken_++, commands);
        }
        if (in_hand_[node] < 2) {
            commands.shut_down(node);
        }
    }

    void give(Node node, std::size_t unit, Commands& commands) {
        const std::size_t count = begins_[unit + 1] - begins_[unit];
        commands.run(node, std::span(order_).subspan(begins_[unit], count));
        in_hand_[node] += count;
    }

    std::vector<Test> order_;           ///< unit by unit, in the order of their first tests
    std::vector<std::size_t> begins_;   ///< of each unit in order_, and the end
    std::vector<std::size_t> in_hand_;  ///< by node
    std::size_t taken_ = 0;             ///< units
};

}  // namespace

std::unique_ptr<Policy>
make_pull_policy(std::span<const std::uint32_t> units, std::uint32_t nodes) {
    return std::make_unique<PullPolicy>(units, nodes);
}

}  // namespace advisor::model
