#include <algorithm>

#include "model/policy.hpp"

namespace advisor::model {

namespace {

/// A node with no more tests gets its next unit.
constexpr std::uint32_t k_few = 2;

/// The tests of `units`, unit by unit, as offsets into one array.
struct UnitQueue {
    std::vector<Test> tests;
    std::vector<std::uint32_t> begins;  ///< of each unit in queue order, and the end

    [[nodiscard]] std::uint32_t units() const {
        return static_cast<std::uint32_t>(begins.size()) - 1;
    }
    [[nodiscard]] std::span<const Test> unit(std::uint32_t position) const {
        return std::span(tests).subspan(begins[position], begins[position + 1] - begins[position]);
    }
};

UnitQueue queue_of(std::span<const std::uint32_t> units, bool reorder) {
    const std::uint32_t most =
        units.empty() ? 0 : *std::max_element(units.begin(), units.end()) + 1;
    std::vector<std::uint32_t> sizes(most, 0);
    std::vector<std::uint32_t> order;
    for (const std::uint32_t unit : units) {
        if (sizes[unit]++ == 0) {
            order.push_back(unit);
        }
    }
    if (reorder) {
        // By number of tests, not by time, and stable: as sorted() in LoadScopeScheduling.
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return sizes[a] > sizes[b];
        });
    }
    UnitQueue queue{std::vector<Test>(units.size()), {0}};
    std::vector<std::uint32_t>& ends = sizes;  // from here on where a unit's next test goes
    for (const std::uint32_t unit : order) {
        const std::uint32_t size = sizes[unit];
        ends[unit] = queue.begins.back();
        queue.begins.push_back(queue.begins.back() + size);
    }
    for (Test test = 0; test < units.size(); ++test) {
        queue.tests[ends[units[test]]++] = test;
    }
    return queue;
}

/// xdist/scheduler/loadscope.py; loadfile and loadgroup differ from it by the units alone.
class ScopePolicy final : public Policy {
public:
    ScopePolicy(std::span<const std::uint32_t> units, std::uint32_t nodes, bool reorder)
        : queue_(queue_of(units, reorder)),
          pending_(nodes, 0),
          closing_(nodes, false) {}

    void ready(Node node, Commands& commands) override {
        if (node + 1 == pending_.size()) {
            begin(commands);
            close_if_finished(commands);
        }
    }

    void completed(Node node, std::span<const Test> tests, double, Commands& commands) override {
        pending_[node] -= static_cast<std::uint32_t>(tests.size());
        reschedule(node, commands);
        close_if_finished(commands);
    }

    void stolen(Node, std::span<const Test>, Commands&) override {}

    /// Until two are left, as then the next unit comes; the first completion after the last unit
    /// was dealt closes the node.
    [[nodiscard]] std::size_t undisturbed(Node node, std::size_t in_hand) const override {
        if (closing_[node]) {
            return std::max<std::size_t>(1, in_hand);
        }
        return next_ < queue_.units() && in_hand > k_few ? in_hand - k_few : 1;
    }

    void stop(Commands& commands) override { close_all(commands); }

private:
    void begin(Commands& commands) {
        if (queue_.units() == 0) {
            return;
        }
        // Surplus nodes leave, the last to become ready first.
        for (auto node = static_cast<Node>(pending_.size()); node > queue_.units(); --node) {
            close(node - 1, commands);
        }
        const Node used = std::min(static_cast<Node>(pending_.size()), queue_.units());
        for (Node node = 0; node < used; ++node) {
            assign(node, commands);
        }
        for (Node node = 0; node < used; ++node) {
            reschedule(node, commands);
        }
        if (next_ == queue_.units()) {
            close_all(commands);
        }
    }

    void reschedule(Node node, Commands& commands) {
        if (closing_[node]) {
            return;
        }
        if (next_ == queue_.units()) {
            close(node, commands);
        } else if (pending_[node] <= k_few) {
            assign(node, commands);
        }
    }

    void assign(Node node, Commands& commands) {
        const auto unit = queue_.unit(next_++);
        pending_[node] += static_cast<std::uint32_t>(unit.size());
        commands.run(node, unit);
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
        if (next_ == queue_.units() && std::all_of(pending_.begin(), pending_.end(), few)) {
            close_all(commands);
        }
    }

    UnitQueue queue_;
    std::uint32_t next_ = 0;
    std::vector<std::uint32_t> pending_;
    std::vector<bool> closing_;
};

}  // namespace

std::unique_ptr<Policy>
make_scope_policy(std::span<const std::uint32_t> units, std::uint32_t nodes, bool reorder) {
    return std::make_unique<ScopePolicy>(units, nodes, reorder);
}

}  // namespace advisor::model
