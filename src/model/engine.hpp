#pragma once

// The event simulation of one run on one machine.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/costs.hpp"
#include "model/course.hpp"
#include "model/fixtures.hpp"
#include "model/gil_portions.hpp"
#include "model/grain.hpp"
#include "model/mail.hpp"
#include "model/policy.hpp"
#include "model/stage.hpp"
#include "model/worker.hpp"

namespace advisor::model {

/// What all runs of one configuration share.
struct Scenario {
    const Workload& workload;
    const Courses& courses;
    const Configuration& configuration;
    const ModelParameters& parameters;
    const Machine& machine;
    XdistVersion xdist;
    RunCosts costs;
    std::uint32_t maxfail = 0;
    Grain grain = {};
    bool in_moments = false;  ///< speeds are looked at some hundred times only, as with a grain
};

/// Factors on the demands of tests and fixtures, by position; empty: as profiled.
struct Perturbation {
    std::vector<double> tests;
    std::vector<double> fixtures;
};

/// Times of a run in seconds; the sums are over all workers or lanes.
struct RunTimes {
    double booted = 0.0;       ///< when the last worker had booted
    double tests_begin = 0.0;  ///< the barrier
    double tests_end = 0.0;
    double wall = 0.0;
    double tests = 0.0;              ///< alone, one instance of each fixture included
    double fixtures_repeated = 0.0;  ///< alone
    double runner = 0.0;             ///< alone: the runner's own work for each test
    double waiting = 0.0;            ///< for messages, with tests still to come
    double cores = 0.0;
    double gil = 0.0;
    double idle = 0.0;  ///< after the last test of a worker or lane
};

class Engine final : private Commands {
public:
    Engine(const Scenario& scenario, const Perturbation& perturbation);

    /// `schedule` may be null.
    [[nodiscard]] RunTimes run(std::vector<ScheduledTest>* schedule);

private:
    /// What the process that the user started does in its slot.
    enum class Duty : std::uint8_t { none, boot, collection, spawn, message, alone, finish };
    enum class State : std::uint8_t {
        absent,
        booting,
        collecting,
        waiting,
        testing,
        exiting,
        gone
    };
    struct Seat {
        State state = State::absent;
        Worker worker;
        Node node = 0;             ///< as the policy numbers it
        Test first = 0;            ///< of the tests that run one after the other
        std::size_t tests = 0;     ///< so many
        std::size_t runs = 0;      ///< of several, up to now
        std::vector<Demand> then;  ///< the rest of what they demand, the next part last
        double gil = 0.0;          ///< lost to it by the parts before
        double since = 0.0;        ///< begin of the tests, or of waiting
        double alone = 0.0;        ///< of the tests with their fixtures
        double last_alone = 0.0;   ///< of the last of them
        double slowness = 1.0;     ///< of them: seconds for one of alone
        std::uint32_t failures = 0;
    };

    void run(Node node, std::span<const Stretch> tests) override;
    void steal(Node node, std::size_t tests) override;
    void shut_down(Node node) override;
    Report& send(Report::Kind kind, Node node);
    Order& order(Order::Kind kind, Node node);

    void play();
    void run_alone();
    void slot_ended(std::uint32_t slot);
    void duty_ended();
    void start_duty(Duty duty, const Demand& demand);
    void spawned();
    void workers_ready();
    void booted(std::uint32_t seat);
    [[nodiscard]] double next_report() const;
    void take_report();
    void serve(const Report& report);
    void obey(const Order& order);
    void start_tests(std::uint32_t seat);
    [[nodiscard]] Demand gather(std::span<const Stretch> tests);
    void begin_portions(std::uint32_t seat, const Demand& around);
    void portion_ended(std::uint32_t seat);
    void tests_ended(std::uint32_t seat);
    void note(std::uint32_t seat);
    [[nodiscard]] std::size_t longest_run(std::uint32_t seat) const;
    [[nodiscard]] Seconds pauses_in(std::span<const Stretch> tests) const;
    [[nodiscard]] Test short_test(const Seat& seat, Stretch tests) const;
    [[nodiscard]] Test next_look(std::uint32_t seat, Test at, bool from_start) const;
    [[nodiscard]] FixtureVisit
    visit(std::uint32_t seat, std::span<const Stretch> tests, std::optional<Test> next);
    void leave(std::uint32_t seat);
    void account_idle();
    void count_failures(std::uint32_t failures);
    [[nodiscard]] bool is_too_many(std::uint32_t failures) const {
        return scenario_.maxfail > 0 && failures >= scenario_.maxfail;
    }
    [[nodiscard]] Demand demand_of(Stretch tests) const;
    [[nodiscard]] const WorkTest& test_at(Test position) const {
        return scenario_.workload.tests[course_.test(position)];
    }
    [[nodiscard]] bool serves_beside() const {
        return scenario_.grain.run > 0 && !shares_gil() && !reports_.empty()
               && reports_.front().kind == Report::Kind::completed;
    }
    [[nodiscard]] bool shares_gil() const {
        return scenario_.costs.lanes > 1 && !scenario_.workload.free_threaded;
    }
    [[nodiscard]] bool collects_first() const { return scenario_.costs.style != Style::xdist; }

    const Scenario& scenario_;
    const Perturbation& perturbation_;
    const Course& course_;
    std::uint32_t controller_;  ///< its slot; workers and lanes have those below
    std::unique_ptr<Stage> stage_;
    const GilKinds* gil_kinds_;  ///< of a coarse run with lanes that share a GIL; else null
    GilPortions portions_;
    std::unique_ptr<Policy> policy_;
    LiveFixtures fixtures_;
    std::vector<Seat> seats_;
    std::vector<std::uint32_t> seat_of_node_;  ///< in the order in which workers reported ready
    Mail<Report> reports_;
    Mail<Order> orders_;
    Duty duty_ = Duty::none;
    Report in_service_;
    double message_s_ = 0.0;   ///< coarse: what the last message took
    double busy_until_ = 0.0;  ///< coarse: with all messages of completed runs
    std::uint32_t spawned_ = 0;
    std::uint32_t collected_ = 0;
    std::uint32_t gone_ = 0;
    std::uint32_t failures_ = 0;
    double most_run_s_ = 0.0;
    RunTimes times_;
    std::vector<ScheduledTest>* schedule_ = nullptr;
};

}  // namespace advisor::model
