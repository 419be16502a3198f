#include <algorithm>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// xdist/scheduler/load.py. Tests leave in collection order and never come back, so that what is
/// not sent yet is a range and what a node has is a count.
class LoadPolicy final : public Policy {
public:
    LoadPolicy(std::uint32_t tests, std::uint32_t nodes, std::optional<std::uint32_t> chunk)
        : tests_(tests),
          in_hand_(nodes, 0),
          closing_(nodes, false),
          chunk_(chunk.value_or(tests)) {}

    void ready(Node node, Commands& commands) override {
        if (node + 1 == nodes()) {
            begin(commands);
            close_if_finished(commands);
        }
    }

    void completed(Node node, std::size_t tests, double seconds, Commands& commands) override {
        in_hand_[node] -= static_cast<std::uint32_t>(tests);
        refill(node, seconds, commands);
        close_if_finished(commands);
    }

    void stolen(Node, std::span<const Stretch>, Commands&) override {}

    /// Until fewer are in hand than the low mark, which only falls, or of long tests fewer than
    /// two. Once nothing is left to send, the next completion closes the node.
    [[nodiscard]] std::size_t
    undisturbed(Node node, std::size_t in_hand, bool long_ones) const override {
        if (closing_[node]) {
            return std::max<std::size_t>(1, in_hand);
        }
        const std::size_t least = long_ones ? 2 : low_mark();
        return unsent() > 0 && in_hand >= least ? in_hand - least + 1 : 1;
    }

    void stop(Commands& commands) override { close_all(commands); }

private:
    [[nodiscard]] std::uint32_t nodes() const {
        return static_cast<std::uint32_t>(in_hand_.size());
    }
    [[nodiscard]] std::uint32_t unsent() const { return tests_ - sent_; }

    [[nodiscard]] std::uint32_t low_mark() const { return std::max(2U, unsent() / nodes() / 4); }

    void begin(Commands& commands) {
        if (unsent() < 2 * nodes()) {
            for (Node node = 0; unsent() > 0; node = (node + 1) % nodes()) {
                send(node, 1, commands);
            }
        } else {
            const std::uint32_t quarter = unsent() / nodes() / 4;
            const std::uint32_t count = std::max(2U, std::min(quarter, chunk_));
            for (Node node = 0; node < nodes(); ++node) {
                send(node, count, commands);
            }
        }
        if (unsent() == 0) {
            close_all(commands);
        }
    }

    void refill(Node node, double seconds, Commands& commands) {
        if (closing_[node]) {
            return;
        }
        if (unsent() == 0) {
            close(node, commands);
            return;
        }
        const std::uint32_t high = std::max(2U, unsent() / nodes() / 2);
        const std::uint32_t has = in_hand_[node];
        // A node that took long for its last test, and has another in hand, is not refilled.
        if (has >= low_mark() || (seconds >= k_long_test_s && has >= 2)) {
            return;
        }
        const std::uint32_t least = has < 2 ? 2 - has : 0;
        send(node, std::min(high - has, std::max(least, chunk_)), commands);
    }

    void send(Node node, std::uint32_t count, Commands& commands) {
        count = std::min(count, unsent());
        if (count > 0) {
            const Stretch next{sent_, sent_ + count};
            commands.run(node, std::span(&next, 1));
            sent_ += count;
            in_hand_[node] += count;
        }
    }

    void close(Node node, Commands& commands) {
        if (!closing_[node]) {
            closing_[node] = true;
            commands.shut_down(node);
        }
    }

    void close_all(Commands& commands) {
        for (Node node = 0; node < nodes(); ++node) {
            close(node, commands);
        }
    }

    /// DSession.loop_once: no test unsent and no node with two left ends the run.
    void close_if_finished(Commands& commands) {
        const auto few = [](std::uint32_t count) { return count < 2; };
        if (unsent() == 0 && std::all_of(in_hand_.begin(), in_hand_.end(), few)) {
            close_all(commands);
        }
    }

    std::uint32_t tests_;
    std::vector<std::uint32_t> in_hand_;
    std::vector<bool> closing_;
    std::uint32_t chunk_;
    std::uint32_t sent_ = 0;
};

}  // namespace

std::unique_ptr<Policy>
make_load_policy(std::uint32_t tests, std::uint32_t nodes, std::optional<std::uint32_t> chunk) {
    return std::make_unique<LoadPolicy>(tests, nodes, chunk);
}

}  // namespace advisor::model
