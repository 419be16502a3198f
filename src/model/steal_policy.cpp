#include <algorithm>
#include <optional>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// Every worker needs two tests: the current and the next one.
constexpr std::size_t k_least = 2;

/// An undisturbed run is this part of a node's queue.
constexpr std::size_t k_parts = 8;

/// xdist/scheduler/worksteal.py. A worker completes its tests in the order in which they were sent,
/// and gives back the last of them, so that a node's pending tests are a count.
class StealPolicy final : public Policy {
public:
    StealPolicy(std::uint32_t tests, std::uint32_t nodes)
        : pending_(nodes, 0),
          closing_(nodes, false) {
        unsent_.push({0, tests});
        idle_.reserve(nodes);
    }

    void ready(Node node, Commands& commands) override {
        if (node + 1 == pending_.size()) {
            if (unsent_.size() > 0) {
                check(commands);
            }
            close_if_finished(commands);
        }
    }

    void completed(Node node, std::size_t tests, double, Commands& commands) override {
        pending_[node] -= tests;
        // Whoever else is idle had nothing to get when it was looked at last.
        if (pending_[node] < k_least && !closing_[node]) {
            check(commands);
        }
        close_if_finished(commands);
    }

    void stolen(Node node, std::span<const Stretch> tests, Commands& commands) override {
        victim_.reset();
        pending_[node] -= count_of(tests);
        unsent_.push(tests);
        check(commands);
        close_if_finished(commands);
    }

    /// A part of the queue, lest a thief take more than half or the node keep too little.
    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand, bool) const override {
        return std::max<std::size_t>(1, closing_[node] ? in_hand : in_hand / k_parts);
    }

    void stop(Commands& commands) override {
        for (Node node = 0; node < pending_.size(); ++node) {
            if (!closing_[node]) {
                closing_[node] = true;
                commands.shut_down(node);
            }
        }
    }

private:
    void find_idle() {
        idle_.clear();
        for (Node node = 0; node < pending_.size(); ++node) {
            if (!closing_[node] && pending_[node] < k_least) {
                idle_.push_back(node);
            }
        }
    }

    /// WorkStealingScheduling.check_schedule: give out what is unsent, then steal, then close.
    void check(Commands& commands) {
        find_idle();
        if (idle_.empty()) {
            return;
        }
        if (unsent_.size() > 0) {
            share_out(commands);
            find_idle();
            if (idle_.empty()) {
                return;
            }
        }
        if (!victim_) {
            steal_or_close(commands);
        }
    }

    void share_out(Commands& commands) {
        for (std::size_t i = 0; i < idle_.size(); ++i) {
            const std::size_t count = unsent_.size() / (idle_.size() - i);
            if (count > 0) {
                tests_.clear();
                unsent_.pop_front(count, tests_);
                pending_[idle_[i]] += count;
                commands.run(idle_[i], tests_);
            }
        }
    }

    void steal_or_close(Commands& commands) {
        std::optional<Node> longest;
        for (Node node = 0; node < pending_.size(); ++node) {
            if (!closing_[node] && (!longest || pending_[node] > pending_[*longest])) {
                longest = node;
            }
        }
        const std::size_t queue = longest ? pending_[*longest] : 0;
        const std::size_t count = std::min(queue / 2, queue > k_least ? queue - k_least : 0);
        if (count == 0) {
            for (const Node node : idle_) {
                closing_[node] = true;
                commands.shut_down(node);
            }
            return;
        }
        victim_ = longest;
        commands.steal(*longest, count);
    }

    void close_if_finished(Commands& commands) {
        const auto few = [](std::size_t pending) { return pending < k_least; };
        if (unsent_.size() > 0 || victim_ || !std::all_of(pending_.begin(), pending_.end(), few)) {
            return;
        }
        stop(commands);
    }

    Queue unsent_;  ///< what was given back stands at the end
    std::vector<Stretch> tests_;
    std::vector<std::size_t> pending_;  ///< sent to a node and not complete
    std::vector<bool> closing_;
    std::optional<Node> victim_;  ///< one steal is in flight at a time
    std::vector<Node> idle_;
};

}  // namespace

std::unique_ptr<Policy> make_steal_policy(std::uint32_t tests, std::uint32_t nodes) {
    return std::make_unique<StealPolicy>(tests, nodes);
}

}  // namespace advisor::model
