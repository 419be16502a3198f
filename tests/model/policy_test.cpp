// Whole runs under the policies of pytest-xdist, recorded from its own classes: bench/oracle's
// virtual run of xdist 3.8.0 with 3 workers, one tick of 2^-12 s for a message and two for the
// controller's work on a test.

#include "model/policy.hpp"

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <doctest/doctest.h>

#include <array>

#include "model/build.hpp"

using namespace advisor;
using building::orders;
using doctest::Approx;

namespace {

constexpr double k_ticks_each_s = 4096.0;

/// 24 tests in 6 files, some in a class, some in a group.
Profile recorded_suite() {
    Profile profile;
    profile.host.rung = Rung::proc_only;
    const std::array<std::uint32_t, 6> files{5, 2, 9, 1, 4, 3};
    std::uint32_t i = 0;
    for (std::size_t file = 0; file < files.size(); ++file) {
        for (std::uint32_t k = 0; k < files.at(file); ++k, ++i) {
            TestCost test;
            const std::string module = "test_" + std::to_string(file) + ".py";
            test.id = module + (k % 3 == 2 ? "::TestA" : "") + "::test_" + std::to_string(i);
            test.module_length = static_cast<std::uint32_t>(module.size());
            test.outcome = TestOutcome::passed;
            test.call.wall = Seconds((i * 37 % 23 + 1) * 40 / k_ticks_each_s);
            if (i % 7 == 3) {
                test.groups = {"slow"};
            } else if (i % 11 == 5) {
                test.groups = {"db"};
            }
            profile.tests.push_back(test);
        }
    }
    return profile;
}

struct Recorded {
    Distribution dist;
    std::optional<std::uint32_t> maxschedchunk;
    bool reorder;
    double wall_ticks;
    std::string orders;
};

Simulation again(const Recorded& recorded, XdistVersion version = {}) {
    Configuration configuration;
    configuration.runner = Processes{3, recorded.dist, recorded.maxschedchunk, recorded.reorder};
    ModelParameters parameters = building::free_runner(16);
    parameters.message_latency = Seconds(1 / k_ticks_each_s);
    parameters.controller_test_cpu = Seconds(2 / k_ticks_each_s);
    PredictionOptions options;
    options.xdist = version;
    return simulate(
        make_workload(recorded_suite()), configuration, parameters, building::machine(16), options
    );
}

const std::vector<Recorded>& recordings() {
    static const std::vector<Recorded> all{
        {Distribution::load,
         std::nullopt,
         true,
         3953,
         "0 1 6 7 14 15 18 20; 2 3 8 12 17 19 21 23; 4 5 9 10 11 13 16 22"},
        {Distribution::load,
         1,
         true,
         4317,
         "0 1 6 10 12 15 16 18 21; 2 3 7 11 13 19 23; 4 5 8 9 14 17 20 22"},
        {Distribution::loadscope,
         std::nullopt,
         true,
         4045,
         "7 8 10 11 13 14 16; 0 1 3 4 5 6 2 19; 9 12 15 17 18 20 21 22 23"},
        {Distribution::loadscope,
         std::nullopt,
         false,
         4325,
         "0 1 3 4 16 19 21 22; 2 7 8 10 11 13 14; 5 6 9 12 15 17 18 20 23"},
        {Distribution::loadfile,
         std::nullopt,
         true,
         4285,
         "7 8 9 10 11 12 13 14 15; 0 1 2 3 4 21 22 23; 17 18 19 20 5 6 16"},
        {Distribution::loadfile,
         std::nullopt,
         false,
         4285,
         "0 1 2 3 4 21 22 23; 5 6 16 17 18 19 20; 7 8 9 10 11 12 13 14 15"},
        {Distribution::loadgroup,
         std::nullopt,
         true,
         4685,
         "3 10 17 9 12 14 18 21 22; 5 16 1 6 11 15 20 23; 0 2 4 7 8 13 19"},
        {Distribution::loadgroup,
         std::nullopt,
         false,
         3965,
         "0 3 10 17 9 11 14 18 23; 1 4 8 13 19; 2 5 16 6 7 12 15 20 21 22"},
        {Distribution::worksteal,
         std::nullopt,
         true,
         3929,
         "0 1 2 3 4 5 6 7 15 23; 8 9 10 11 12 13 14; 16 17 18 19 20 21 22"}};
    return all;
}

/// Writes down what a policy orders: "run 0: 1 2", "steal 1: 3" for three tests, "close 0".
class Log final : public model::Commands {
public:
    void run(model::Node node, std::span<const model::Stretch> tests) override {
        add("run", node);
        for (const model::Stretch& each : tests) {
            for (model::Test test = each.begin; test < each.end; ++test) {
                text_ += (test == tests.front().begin ? ": " : " ") + std::to_string(test);
            }
        }
    }
    void steal(model::Node node, std::size_t tests) override {
        add("steal", node);
        text_ += ": " + std::to_string(tests);
    }
    void shut_down(model::Node node) override { add("close", node); }
    std::string take() { return std::exchange(text_, {}); }

private:
    void add(const char* what, model::Node node) {
        text_ += (text_.empty() ? "" : ", ") + std::string(what) + " " + std::to_string(node);
    }
    std::string text_;
};

std::string all_ready(model::Policy& policy, model::Node nodes) {
    Log log;
    for (model::Node node = 0; node < nodes; ++node) {
        policy.ready(node, log);
    }
    return log.take();
}

std::string completed(model::Policy& policy, model::Node node, double seconds) {
    Log log;
    policy.completed(node, 1, seconds, log);
    return log.take();
}

}  // namespace

TEST_CASE("recorded runs of xdist are repeated test by test") {
    for (const Recorded& recorded : recordings()) {
        const Simulation run = again(recorded);
        CAPTURE(name_of(recorded.dist));
        CAPTURE(recorded.reorder);
        CHECK(orders(run, 3) == recorded.orders);
        CHECK(run.wall.value() * k_ticks_each_s == Approx(recorded.wall_ticks));
    }
}

TEST_CASE("versions of xdist that lack an option ignore it") {
    const auto& all = recordings();
    // No --maxschedchunk before 3.2, no order by size before 3.5, no --no-loadscope-reorder
    // before 3.8.
    CHECK(orders(again(all[1], {3, 1, 0}), 3) == all[0].orders);
    CHECK(orders(again(all[1], {3, 2, 0}), 3) == all[1].orders);
    CHECK(orders(again(all[2], {3, 4, 0}), 3) == all[3].orders);
    CHECK(orders(again(all[3], {3, 7, 0}), 3) == all[2].orders);
}

TEST_CASE("load refills a node that falls below a quarter of an even share") {
    // 40 tests, 2 nodes: 40 / 2 / 4 = 5 each; 30 left, low 30 / 2 / 4 = 3, high 7.
    const auto policy = model::make_load_policy(40, 2, std::nullopt);
    CHECK(all_ready(*policy, 2) == "run 0: 0 1 2 3 4, run 1: 5 6 7 8 9");
    CHECK(completed(*policy, 0, 0.0).empty());
    CHECK(completed(*policy, 0, 0.0).empty());
    // Two in hand: fewer than three, so up to seven.
    CHECK(completed(*policy, 0, 0.0) == "run 0: 10 11 12 13 14");
}

TEST_CASE("load does not refill a node that is slow and has two in hand") {
    const auto policy = model::make_load_policy(40, 2, std::nullopt);
    CHECK(!all_ready(*policy, 2).empty());
    CHECK(completed(*policy, 0, 0.2).empty());
    CHECK(completed(*policy, 0, 0.2).empty());
    CHECK(completed(*policy, 0, 0.1).empty());
    CHECK(completed(*policy, 0, 0.1) == "run 0: 10 11 12 13 14 15");
}

TEST_CASE("maxschedchunk keeps two tests in hand at least") {
    const auto policy = model::make_load_policy(40, 2, 1);
    CHECK(all_ready(*policy, 2) == "run 0: 0 1, run 1: 2 3");
    CHECK(completed(*policy, 0, 0.0) == "run 0: 4");
}

TEST_CASE("worksteal asks for half of the longest queue, one steal at a time") {
    const auto policy = model::make_steal_policy(12, 3);
    CHECK(all_ready(*policy, 3) == "run 0: 0 1 2 3, run 1: 4 5 6 7, run 2: 8 9 10 11");
    CHECK(completed(*policy, 0, 0.0).empty());
    CHECK(completed(*policy, 0, 0.0).empty());
    CHECK(completed(*policy, 0, 0.0) == "steal 1: 2");
    CHECK(completed(*policy, 2, 0.0).empty());
    Log log;
    policy->stolen(1, std::vector<model::Stretch>{{6, 8}}, log);
    CHECK(log.take() == "run 0: 6 7");
}

TEST_CASE("worksteal asks again where the tests had started meanwhile") {
    const auto policy = model::make_steal_policy(8, 2);
    CHECK(all_ready(*policy, 2) == "run 0: 0 1 2 3, run 1: 4 5 6 7");
    CHECK(completed(*policy, 0, 0.0).empty());
    CHECK(completed(*policy, 0, 0.0).empty());
    CHECK(completed(*policy, 0, 0.0) == "steal 1: 2");
    CHECK(completed(*policy, 1, 0.0).empty());
    Log log;
    policy->stolen(1, {}, log);
    CHECK(log.take() == "steal 1: 1");
}

TEST_CASE("a scope is handed out when two tests are left, and nobody stays without need") {
    // Units of 3, 2, 1 tests over two nodes.
    building::Suite suite;
    suite.tests("a.py", 3, building::demand(1.0));
    suite.tests("b.py", 2, building::demand(1.0));
    suite.tests("c.py", 1, building::demand(1.0));
    const Workload workload = suite.workload();
    const model::Courses courses(workload);
    const auto policy = model::make_scope_policy(courses.by(&WorkTest::file, true), 2);
    CHECK(all_ready(*policy, 2) == "run 0: 0 1 2, run 1: 3 4, run 1: 5, close 0, close 1");
}
