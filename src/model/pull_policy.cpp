#include <algorithm>

#include "model/policy.hpp"
#include "model/unit_order.hpp"

namespace advisor::model {

namespace {

/// Positions of units, handed out first come, first served: one to each who asks. With a grain they
/// go out in rounds: a hand of a round holds every nodes-th unit of it, which is what a node gets
/// when all progress alike.
class Rounds {
public:
    Rounds(std::size_t begin, std::size_t count, std::size_t nodes, std::size_t grain)
        : begin_(begin),
          count_(count),
          nodes_(nodes),
          grain_(grain) {}

    [[nodiscard]] bool empty() const { return begin_ + hand_ >= count_; }
    void clear() { begin_ = count_; }

    template <typename Give>
    void deal(const Give& give) {
        if (hand_ == 0) {
            depth_ =
                grain_ == 0 ? 1 : std::max<std::size_t>(1, (count_ - begin_) / nodes_ / grain_);
        }
        for (std::size_t i = 0; i < depth_; ++i) {
            if (begin_ + hand_ + i * nodes_ < count_) {
                give(begin_ + hand_ + i * nodes_);
            }
        }
        if (++hand_ == nodes_) {
            begin_ += depth_ * nodes_;
            hand_ = 0;
        }
    }

private:
    std::size_t begin_;  ///< of the round
    std::size_t count_;
    std::size_t nodes_;
    std::size_t grain_;
    std::size_t hand_ = 0;   ///< the next of the round
    std::size_t depth_ = 1;  ///< units of a hand
};

/// The rule of lanes. Lane i begins with the i-th unit; all further ones are pulled one at a time,
/// first come first served, with a look-ahead of one: who has but one test left pulls again before
/// it starts it, because it must know which fixtures the next test keeps. The first units are dealt
/// so that nobody's look-ahead takes what another one has to begin with.
class PullPolicy final : public Policy {
public:
    PullPolicy(std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain)
        : order_(units),
          in_hand_(nodes, 0),
          rounds_(std::min<std::size_t>(nodes, order_.count()), order_.count(), nodes, grain),
          closing_(nodes, false) {}

    void ready(Node node, Commands& commands) override {
        if (node < order_.count()) {
            commands.run(node, order_.tests(node));
            in_hand_[node] += order_.tests(node).size();
        }
        pull(node, commands);
    }

    void completed(Node node, std::span<const Test> tests, double, Commands& commands) override {
        in_hand_[node] -= tests.size();
        pull(node, commands);
    }

    void stolen(Node, std::span<const Test>, Commands&) override {}

    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand) const override {
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
            rounds_.deal([&](std::size_t unit) {
                const auto tests = order_.tests(unit);
                hand_.insert(hand_.end(), tests.begin(), tests.end());
            });
            commands.run(node, hand_);
            in_hand_[node] += hand_.size();
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

    UnitOrder order_;
    std::vector<std::size_t> in_hand_;  ///< by node
    Rounds rounds_;
    std::vector<Test> hand_;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy>
make_pull_policy(std::span<const std::uint32_t> units, std::uint32_t nodes, std::uint32_t grain) {
    return std::make_unique<PullPolicy>(units, nodes, grain);
}

}  // namespace advisor::model
