#include <algorithm>
#include <numeric>
#include <optional>

#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// Every worker needs two tests: the current and the next one.
constexpr std::size_t k_least = 2;

/// An undisturbed run is this part of a node's queue.
constexpr std::size_t k_parts = 16;

/// What was sent to a node and is not complete, oldest first.
class Pending {
public:
    [[nodiscard]] std::size_t size() const { return tests_.size() - done_; }
    void add(std::span<const Test> tests) {
        tests_.insert(tests_.end(), tests.begin(), tests.end());
    }
    [[nodiscard]] std::span<const Test> last(std::size_t count) const {
        return std::span(tests_).last(count);
    }
    /// A worker completes in the order in which it was sent, so that this is nearly always the
    /// first.
    void remove(Test test) {
        const auto found = std::find(first(), tests_.end(), test);
        if (found == first()) {
            ++done_;
        } else if (found != tests_.end()) {
            tests_.erase(found);
        }
    }

    /// What was given back, in the order in which it stands here.
    void remove_all(std::span<const Test> given) {
        std::vector<Test> sorted(given.begin(), given.end());
        std::sort(sorted.begin(), sorted.end());
        const auto kept = std::remove_if(first(), tests_.end(), [&](Test test) {
            return std::binary_search(sorted.begin(), sorted.end(), test);
        });
        tests_.erase(kept, tests_.end());
    }

private:
    [[nodiscard]] std::vector<Test>::iterator first() {
        return tests_.begin() + static_cast<std::ptrdiff_t>(done_);
    }
    std::vector<Test> tests_;
    std::size_t done_ = 0;
};

/// xdist/scheduler/worksteal.py.
class StealPolicy final : public Policy {
public:
    StealPolicy(std::uint32_t tests, std::uint32_t nodes)
        : unsent_(tests),
          pending_(nodes),
          closing_(nodes, false) {
        std::iota(unsent_.begin(), unsent_.end(), Test{0});
        idle_.reserve(nodes);
    }

    void ready(Node node, Commands& commands) override {
        if (node + 1 == pending_.size()) {
            if (!unsent_.empty()) {
                check(commands);
            }
            close_if_finished(commands);
        }
    }

    void completed(Node node, std::span<const Test> tests, double, Commands& commands) override {
        for (const Test test : tests) {
            pending_[node].remove(test);
        }
        // Whoever else is idle had nothing to get when it was looked at last.
        if (pending_[node].size() < k_least && !closing_[node]) {
            check(commands);
        }
        close_if_finished(commands);
    }

    void stolen(Node node, std::span<const Test> tests, Commands& commands) override {
        victim_.reset();
        pending_[node].remove_all(tests);
        unsent_.insert(unsent_.end(), tests.begin(), tests.end());
        check(commands);
        close_if_finished(commands);
    }

    /// A part of the queue, lest a thief take more than half or the node keep too little.
    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand) const override {
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
            if (!closing_[node] && pending_[node].size() < k_least) {
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
        if (sent_ < unsent_.size()) {
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
            const std::size_t count = (unsent_.size() - sent_) / (idle_.size() - i);
            if (count > 0) {
                const auto tests = std::span(unsent_).subspan(sent_, count);
                sent_ += count;
                pending_[idle_[i]].add(tests);
                commands.run(idle_[i], tests);
            }
        }
    }

    void steal_or_close(Commands& commands) {
        std::optional<Node> longest;
        for (Node node = 0; node < pending_.size(); ++node) {
            if (!closing_[node]
                && (!longest || pending_[node].size() > pending_[*longest].size())) {
                longest = node;
            }
        }
        const std::size_t queue = longest ? pending_[*longest].size() : 0;
        const std::size_t count = std::min(queue / 2, queue > k_least ? queue - k_least : 0);
        if (count == 0) {
            for (const Node node : idle_) {
                closing_[node] = true;
                commands.shut_down(node);
            }
            return;
        }
        victim_ = longest;
        commands.steal(*longest, pending_[*longest].last(count));
    }

    void close_if_finished(Commands& commands) {
        const auto few = [](const Pending& pending) { return pending.size() < k_least; };
        if (sent_ < unsent_.size() || victim_
            || !std::all_of(pending_.begin(), pending_.end(), few)) {
            return;
        }
        stop(commands);
    }

    std::vector<Test> unsent_;  ///< from sent_ on; what was given back stands at the end
    std::size_t sent_ = 0;
    std::vector<Pending> pending_;
    std::vector<bool> closing_;
    std::optional<Node> victim_;  ///< one steal is in flight at a time
    std::vector<Node> idle_;
};

}  // namespace

std::unique_ptr<Policy> make_steal_policy(std::uint32_t tests, std::uint32_t nodes) {
    return std::make_unique<StealPolicy>(tests, nodes);
}

}  // namespace advisor::model
