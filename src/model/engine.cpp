#include "model/engine.hpp"

#include <advisor/base/assert.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/core_stage.hpp"
#include "model/gil_stage.hpp"

namespace advisor::model {

namespace {

/// In how many moments, at the most, a run is cut in which speeds do not follow every change.
constexpr double k_moments = 500.0;

/// Zero where speeds follow every change, else a part of the least that the run takes.
Seconds moment_of(const Scenario& scenario) {
    if (scenario.grain.run == 0 && !scenario.in_moments) {
        return {};
    }
    const Course& course = scenario.courses.collection();
    const Demand all = course.demand({0, course.size()});
    const double cores = std::min<double>(scenario.costs.workers, scenario.machine.cores);
    return std::max(all.alone() / scenario.costs.nodes(), all.cpu / cores) / k_moments;
}

std::unique_ptr<Stage> stage_of(const Scenario& scenario) {
    const RunCosts& costs = scenario.costs;
    if (costs.lanes > 1 && !scenario.workload.free_threaded) {
        return std::make_unique<GilStage>(
            scenario.parameters, scenario.machine, costs.nodes() + 1, costs.lanes
        );
    }
    return std::make_unique<CoreStage>(
        scenario.parameters, scenario.machine, costs.nodes() + 1, moment_of(scenario)
    );
}

}  // namespace

Engine::Engine(const Scenario& scenario, const Perturbation& perturbation)
    : scenario_(scenario),
      perturbation_(perturbation),
      course_(course_of(scenario.courses, scenario.configuration, scenario.xdist)),
      controller_(scenario.costs.nodes()),
      stage_(stage_of(scenario)),
      gil_kinds_(
          scenario.grain.run > 0 && shares_gil()
              ? &scenario.courses.gil_kinds(scenario.parameters.gil_switch_interval)
              : nullptr
      ),
      policy_(make_policy(
          scenario.courses,
          scenario.configuration,
          scenario.costs.nodes(),
          scenario.xdist,
          scenario.grain.deal,
          gil_kinds_ == nullptr ? std::vector<double>{} : gil_kinds_->clock(scenario.costs.lanes)
      )),
      fixtures_(scenario.courses.fixtures(), perturbation.fixtures, scenario.costs.nodes() + 1),
      seats_(scenario.costs.nodes()) {
    if (scenario.grain.run > 0) {
        most_run_s_ =
            course_.seconds({0, course_.size()}) / scenario.costs.nodes() / scenario.grain.run;
    }
}

RunTimes Engine::run(std::vector<ScheduledTest>* schedule) {
    schedule_ = schedule;
    start_duty(Duty::boot, scenario_.costs.boot);
    play();
    stage_->advance(busy_until_);
    account_idle();
    run_alone();
    start_duty(Duty::finish, scenario_.costs.finish);
    play();
    times_.wall = stage_->now();
    return times_;
}

/// Until nothing runs and nothing is on its way.
void Engine::play() {
    while (true) {
        const double end = stage_->next_end();
        const double ordered = orders_.next();
        const double reported = next_report();
        if (std::isinf(std::min({end, ordered, reported}))) {
            ADVISOR_ASSERT(gone_ == seats_.size(), "every worker is told to shut down in the end");
            break;
        }
        if (end <= std::min(ordered, reported)) {
            if (const auto slot = stage_->end_next()) {
                slot_ended(*slot);
            }
        } else if (ordered <= reported) {
            stage_->advance(ordered);
            obey(orders_.take());
        } else {
            stage_->advance(reported);
            take_report();
        }
    }
}

void Engine::slot_ended(std::uint32_t slot) {
    if (slot == controller_) {
        duty_ended();
        return;
    }
    switch (seats_[slot].state) {
    case State::booting: booted(slot); break;
    case State::collecting:
        seats_[slot].state = State::waiting;
        send(Report::Kind::collected, seats_[slot].node);
        break;
    case State::testing: portion_ended(slot); break;
    case State::exiting: leave(slot); break;
    case State::absent:
    case State::waiting:
    case State::gone: break;
    }
}

void Engine::start_duty(Duty duty, const Demand& demand) {
    duty_ = duty;
    stage_->begin(controller_, demand);
}

void Engine::duty_ended() {
    const Duty ended = std::exchange(duty_, Duty::none);
    switch (ended) {
    case Duty::boot:
        times_.booted = stage_->now();
        if (collects_first()) {
            start_duty(Duty::collection, scenario_.costs.collection);
        } else {
            start_duty(Duty::spawn, scenario_.costs.spawn);
        }
        break;
    case Duty::collection:
        if (scenario_.costs.style == Style::forked) {
            start_duty(Duty::spawn, scenario_.costs.spawn);
        } else {
            workers_ready();
        }
        break;
    case Duty::spawn: spawned(); break;
    case Duty::message: serve(in_service_); break;
    case Duty::alone:
    case Duty::finish:
    case Duty::none: break;
    }
}

/// One more worker exists; the next is started, or the controller turns to its mail.
void Engine::spawned() {
    const std::uint32_t worker = spawned_++;
    if (spawned_ < scenario_.costs.workers) {
        start_duty(Duty::spawn, scenario_.costs.spawn);
    }
    if (scenario_.costs.style == Style::xdist) {
        seats_[worker].state = State::booting;
        stage_->begin(worker, scenario_.costs.worker_boot);
    } else {
        workers_ready();
    }
}

/// The lanes of the newest worker can pull.
void Engine::workers_ready() {
    const auto first = static_cast<std::uint32_t>(seat_of_node_.size());
    if (first == 0) {
        times_.tests_begin = stage_->now();
    }
    for (std::uint32_t seat = first; seat < first + scenario_.costs.lanes; ++seat) {
        seats_[seat].state = State::waiting;
        seats_[seat].node = seat;
        seats_[seat].since = times_.tests_begin;
        seat_of_node_.push_back(seat);
        policy_->ready(seat, *this);
    }
}

void Engine::booted(std::uint32_t seat) {
    times_.booted = stage_->now();
    seats_[seat].node = static_cast<Node>(seat_of_node_.size());
    seat_of_node_.push_back(seat);
    seats_[seat].state = State::collecting;
    stage_->begin(seat, scenario_.costs.collection);
}

/// When the controller turns to its mail. Busy, it lets it lie.
double Engine::next_report() const {
    if (duty_ != Duty::none) {
        return std::numeric_limits<double>::infinity();
    }
    const double next = std::max(reports_.next(), busy_until_);
    return std::max(serves_beside() ? next + message_s_ : next, stage_->now());
}

/// In a coarse run the controller's work for tests is done beside the slots, and has just ended. Of
/// a run of tests only the last message comes. Those that would have come before have been served
/// since the run began, if there was time, and else keep the controller busy.
void Engine::take_report() {
    if (serves_beside()) {
        in_service_ = reports_.take();
        const auto messages = static_cast<double>(in_service_.completed);
        message_s_ = stage_->work_beside(scenario_.costs.test_message * messages) / messages;
        busy_until_ = std::max(busy_until_, in_service_.began) + message_s_ * messages;
        serve(in_service_);
        return;
    }
    in_service_ = reports_.take();
    start_duty(
        Duty::message,
        in_service_.kind == Report::Kind::collected   ? scenario_.costs.collected_message
        : in_service_.kind == Report::Kind::completed ? scenario_.costs.test_message
                                                      : Demand{}
    );
}

void Engine::serve(const Report& report) {
    if (collects_first()) {
        return;  // Who pulls has heard from the policy long ago.
    }
    switch (report.kind) {
    case Report::Kind::collected:
        if (++collected_ == seats_.size()) {
            times_.tests_begin = stage_->now();
            for (Seat& seat : seats_) {
                seat.since = stage_->now();
            }
            for (Node node = 0; node < seats_.size(); ++node) {
                policy_->ready(node, *this);
            }
        }
        break;
    case Report::Kind::completed:
        count_failures(report.failures);
        policy_->completed(report.node, report.completed, report.seconds, *this);
        break;
    case Report::Kind::given_back: policy_->stolen(report.node, report.tests, *this); break;
    }
}

Report& Engine::send(Report::Kind kind, Node node) {
    Report& report = reports_.send(stage_->now() + scenario_.costs.latency.value());
    report.kind = kind;
    report.node = node;
    report.completed = 0;
    return report;
}

void Engine::run(Node node, std::span<const Stretch> tests) {
    order(Order::Kind::run, node).tests.assign(tests.begin(), tests.end());
}

void Engine::steal(Node node, std::size_t tests) {
    order(Order::Kind::steal, node).steal = tests;
}

void Engine::shut_down(Node node) {
    order(Order::Kind::shut_down, node);
}

Order& Engine::order(Order::Kind kind, Node node) {
    Order& order = orders_.send(stage_->now() + scenario_.costs.latency.value());
    order.kind = kind;
    order.node = node;
    return order;
}

}  // namespace advisor::model
