#include <algorithm>
#include <utility>
#include <vector>

#include "model/policy.hpp"
#include "model/rounds.hpp"

namespace advisor::model {

namespace {

/// The rule of lanes. Lane i begins with the i-th unit; all further ones are pulled one at a time,
/// first come first served, with a look-ahead of one: who has but one test left pulls again before
/// it starts it, because it must know which fixtures the next test keeps. The first units are dealt
/// so that nobody's look-ahead takes what another one has to begin with.
class PullPolicy final : public Policy {
public:
    PullPolicy(
        const Course& course, std::uint32_t nodes, std::uint32_t grain, std::vector<double> clock
    )
        : course_(course),
          in_hand_(nodes, 0),
          rounds_(course, std::move(clock), std::min(nodes, course.units()), nodes, 1, grain),
          closing_(nodes, false) {}

    void ready(Node node, Commands& commands) override {
        if (node < course_.units()) {
            const Stretch first = course_.unit(node);
            commands.run(node, std::span(&first, 1));
            in_hand_[node] += first.size();
        }
        pull(node, commands);
    }

    void completed(Node node, std::size_t tests, double, Commands& commands) override {
        in_hand_[node] -= tests;
        pull(node, commands);
    }

    void stolen(Node, std::span<const Stretch>, Commands&) override {}

    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand, bool) const override {
        return std::max<std::size_t>(1, closing_[node] || in_hand == 0 ? in_hand : in_hand - 1);
    }

    void stop(Commands& commands) override {
        rounds_.clear();
        for (Node node = 0; node < in_hand_.size(); ++node) {
            close(node, commands);
        }
    }

private:
    void pull(Node node, Commands& commands) {
        while (in_hand_[node] < 2 && !rounds_.empty()) {
            hand_.clear();
            rounds_.deal([&](Stretch unit) {
                hand_.push_back(unit);
                in_hand_[node] += unit.size();
            });
            commands.run(node, hand_);
        }
        if (in_hand_[node] < 2) {
            close(node, commands);
        }
    }

    void close(Node node, Commands& commands) {
        if (!closing_[node]) {
            closing_[node] = true;
            commands.shut_down(node);
        }
    }

    const Course& course_;
    std::vector<std::size_t> in_hand_;  ///< by node
    Rounds rounds_;
    std::vector<Stretch> hand_;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy> make_pull_policy(
    const Course& course, std::uint32_t nodes, std::uint32_t grain, std::vector<double> clock
) {
    return std::make_unique<PullPolicy>(course, nodes, grain, std::move(clock));
}

}  // namespace advisor::model
