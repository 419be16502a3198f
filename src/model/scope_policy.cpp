#include <algorithm>
#include <vector>

#include "model/policy.hpp"
#include "model/rounds.hpp"

namespace advisor::model {

namespace {

/// A node with no more tests gets its next unit.
constexpr std::uint32_t k_few = 2;

/// xdist/scheduler/loadscope.py; loadfile and loadgroup differ from it by the units alone.
class ScopePolicy final : public Policy {
public:
    ScopePolicy(const Course& course, std::uint32_t nodes, std::uint32_t grain)
        : units_(course.units()),
          rounds_(course, {}, 0, std::max(1U, nodes), k_few, grain),
          pending_(nodes, 0),
          closing_(nodes, false) {}

    void ready(Node node, Commands& commands) override {
        if (node + 1 == pending_.size()) {
            begin(commands);
            close_if_finished(commands);
        }
    }

    void completed(Node node, std::size_t tests, double, Commands& commands) override {
        pending_[node] -= static_cast<std::uint32_t>(tests);
        reschedule(node, commands);
        close_if_finished(commands);
    }

    void stolen(Node, std::span<const Stretch>, Commands&) override {}

    /// Until two are left, as then the next unit comes; the first completion after the last unit
    /// was dealt closes the node.
    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand, bool) const override {
        if (closing_[node]) {
            return std::max<std::size_t>(1, in_hand);
        }
        return !rounds_.empty() && in_hand > k_few ? in_hand - k_few : 1;
    }

    void stop(Commands& commands) override { close_all(commands); }

private:
    void begin(Commands& commands) {
        if (units_ == 0) {
            return;
        }
        // Surplus nodes leave, the last to become ready first.
        for (auto node = static_cast<Node>(pending_.size()); node > units_; --node) {
            close(node - 1, commands);
        }
        const Node used = std::min(static_cast<Node>(pending_.size()), units_);
        for (Node node = 0; node < used; ++node) {
            assign(node, commands);
        }
        for (Node node = 0; node < used; ++node) {
            reschedule(node, commands);
        }
        if (rounds_.empty()) {
            close_all(commands);
        }
    }

    void reschedule(Node node, Commands& commands) {
        if (closing_[node]) {
            return;
        }
        if (rounds_.empty()) {
            close(node, commands);
        } else if (pending_[node] <= k_few) {
            assign(node, commands);
        }
    }

    void assign(Node node, Commands& commands) {
        hand_.clear();
        rounds_.deal([&](Stretch unit) {
            hand_.push_back(unit);
            pending_[node] += unit.size();
        });
        commands.run(node, hand_);
    }

    void close(Node node, Commands& commands) {
        if (!closing_[node]) {
            closing_[node] = true;
            commands.shut_down(node);
        }
    }

    void close_all(Commands& commands) {
        for (Node node = 0; node < pending_.size(); ++node) {
            close(node, commands);
        }
    }

    void close_if_finished(Commands& commands) {
        const auto few = [](std::uint32_t count) { return count < 2; };
        if (rounds_.empty() && std::all_of(pending_.begin(), pending_.end(), few)) {
            close_all(commands);
        }
    }

    std::uint32_t units_;
    Rounds rounds_;
    std::vector<Stretch> hand_;
    std::vector<std::uint32_t> pending_;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy>
make_scope_policy(const Course& course, std::uint32_t nodes, std::uint32_t grain) {
    return std::make_unique<ScopePolicy>(course, nodes, grain);
}

}  // namespace advisor::model
