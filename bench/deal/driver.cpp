// Plays random suites against the planned policy and says what it was asked and what it answered.
//
// Standard input, a scenario a line: SEED  TESTS  WORKERS. Standard output, two lines for each: the
// deal as a run's plugin gets it (store/deal.hpp), then the commands. A command is "n:3,5" (run
// tests 3 and 5 on node n) or "n!" (shut it down), apart by spaces; " | n=3 " tells that node n has
// completed test 3. Which node completes next is a draw from the seed, over those that could.

#include <advisor/base/random.hpp>
#include <advisor/model/deal.hpp>
#include <advisor/store/deal.hpp>

#include <cmath>
#include <exception>
#include <iostream>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "model/build.hpp"
#include "model/policy.hpp"

namespace {

using namespace advisor;

/// Files, groups, ties in length, module fixtures and overlapping session fixtures.
Workload suite_of(std::uint64_t seed, std::uint32_t tests) {
    Random random(seed);
    building::Suite suite;
    const std::uint32_t files = 1 + random.below(std::max(1U, tests / 4));
    const bool has_ties = random.uniform() < 0.3;
    std::vector<std::vector<std::uint32_t>> users(4);
    std::vector<std::uint32_t> grouped;
    for (std::uint32_t i = 0; i < tests; ++i) {
        const double length = has_ties ? 0.25 * random.below(4) : 0.02 * std::exp(random.normal());
        const std::string file = "f" + std::to_string(i * files / tests) + ".py";
        const std::uint32_t at = suite.test(file, building::demand(0.0, length));
        for (auto& each : users) {
            if (random.uniform() < 0.2) {
                each.push_back(at);
            }
        }
        if (random.uniform() < 0.1) {
            grouped.push_back(at);
        }
    }
    suite.group("together", grouped);
    const auto cost = [&] { return building::demand(0.0, random.uniform()); };
    suite.fixture("database", Scope::session, cost(), users[0]);
    suite.fixture("cluster", Scope::session, cost(), users[1]);
    suite.fixture("tables", Scope::module, cost(), users[2]);
    suite.fixture("cheap", Scope::module, building::demand(0.0, 0.0001), users[3]);
    return suite.workload();
}

/// Xdist's side, without a clock: what each node has in hand.
class Nodes final : public model::Commands {
public:
    Nodes(const model::Course& course, std::uint32_t nodes)
        : course_(course),
          in_hand_(nodes),
          closing_(nodes, false) {}

    void run(model::Node node, std::span<const model::Stretch> tests) override {
        for (const model::Stretch& each : tests) {
            for (model::Test at = each.begin; at < each.end; ++at) {
                out_ << ' ' << node << ':' << course_.test(at);
                in_hand_[node].push_back(course_.test(at));
            }
        }
    }
    void steal(model::Node, std::size_t) override {}
    void shut_down(model::Node node) override {
        out_ << ' ' << node << '!';
        closing_[node] = true;
    }

    /// The next completion; nothing once all nodes wait.
    std::optional<model::Node> complete(Random& random) {
        std::vector<model::Node> able;
        for (model::Node node = 0; node < in_hand_.size(); ++node) {
            if (in_hand_[node].size() > 1 || (closing_[node] && !in_hand_[node].empty())) {
                able.push_back(node);
            }
        }
        if (able.empty()) {
            return std::nullopt;
        }
        const model::Node node = able[random.below(static_cast<std::uint32_t>(able.size()))];
        out_ << " | " << node << '=' << in_hand_[node].front();
        in_hand_[node].erase(in_hand_[node].begin());
        return node;
    }

    [[nodiscard]] std::string text() const { return out_.str(); }

private:
    const model::Course& course_;
    std::vector<std::vector<std::uint32_t>> in_hand_;  ///< by node
    std::vector<bool> closing_;
    std::ostringstream out_;
};

void answer(std::uint64_t seed, std::uint32_t tests, std::uint32_t workers) {
    const Workload suite = suite_of(seed, tests);
    std::cout << deal_text(deal_of(suite, workers));
    const model::Courses courses(suite);
    const auto policy = model::make_planned_policy(courses.plan(), courses.planned(), workers);
    Nodes nodes(courses.planned(), workers);
    Random random(seed + 1);
    for (model::Node node = 0; node < workers; ++node) {
        policy->ready(node, nodes);
    }
    while (const auto done = nodes.complete(random)) {
        policy->completed(*done, 1, 0.0, nodes);
    }
    std::cout << nodes.text() << '\n';
}

}  // namespace

int main() {
    try {
        std::uint64_t seed = 0;
        std::uint32_t tests = 0;
        std::uint32_t workers = 0;
        while (std::cin >> seed >> tests >> workers) {
            answer(seed, tests, workers);
        }
    } catch (const std::exception& error) {
        std::cerr << "cannot play the scenarios: " << error.what() << '\n';
        return 2;
    }
    return 0;
}
