// What the engine does with workers and lanes; engine.cpp holds the course of a run.

#include <algorithm>

#include "model/engine.hpp"

namespace advisor::model {

void Engine::obey(const Order& order) {
    const std::uint32_t seat = seat_of_node_[order.node];
    Worker& worker = seats_[seat].worker;
    switch (order.kind) {
    case Order::Kind::run: worker.enqueue(order.tests); break;
    case Order::Kind::shut_down: worker.shut_down(); break;
    case Order::Kind::steal:
        reports_.send(
            {stage_->now() + scenario_.costs.latency.value(),
             Report::Kind::given_back,
             order.node,
             0,
             0.0,
             worker.give_back(order.tests, scenario_.xdist >= XdistVersion{3, 7, 0})}
        );
        break;
    }
    if (seats_[seat].state == State::waiting) {
        start_test(seat);
    }
}

Demand Engine::demand_of_test(Test test) const {
    const Demand& profiled = scenario_.workload.tests[test].demand;
    return perturbation_.tests.empty() ? profiled : profiled * perturbation_.tests[test];
}

void Engine::start_test(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const auto start = seat.worker.take();
    if (!start) {
        if (seat.worker.has_ended()) {
            seat.state = State::exiting;
            if (collects_first()) {
                leave(seat_index);
            } else {
                stage_->begin(seat_index, scenario_.costs.worker_exit);
            }
        }
        return;
    }
    seat.failures += scenario_.workload.tests[start->test].fails ? 1 : 0;
    const bool goes_on = start->next && !is_too_many(seat.failures);
    const FixtureVisit around =
        fixtures_.visit(seat_index, start->test, goes_on ? &*start->next : nullptr);
    const Demand test = demand_of_test(start->test);
    const Demand whole = test + around.demand + scenario_.costs.test_extra;
    times_.waiting += stage_->now() - seat.since;
    times_.tests += (test.alone() + around.demand.alone() - around.repeated).value();
    times_.fixtures_repeated += around.repeated.value();
    times_.runner += scenario_.costs.test_extra.alone().value();
    seat.state = State::testing;
    seat.test = start->test;
    seat.since = stage_->now();
    seat.alone = whole.alone().value();
    stage_->begin(seat_index, whole);
}

void Engine::test_ended(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const double now = stage_->now();
    const double elapsed = now - seat.since;
    const double gil = stage_->gil_loss(seat_index);
    times_.gil += gil;
    times_.cores += elapsed - seat.alone - gil;
    if (schedule_ != nullptr) {
        schedule_->push_back(
            {scenario_.workload.tests[seat.test].test,
             seat_index,
             Seconds(seat.since),
             Seconds(now)}
        );
    }
    times_.tests_end = now;
    seat.state = State::waiting;
    seat.since = now;
    if (scenario_.costs.style != Style::lanes) {
        reports_.send(
            {now + scenario_.costs.latency.value(),
             Report::Kind::completed,
             seat.node,
             seat.test,
             elapsed,
             {}}
        );
    }
    if (is_too_many(seat.failures)) {
        seat.worker.stop();  // pytest ends this worker's loop by itself
    }
    if (collects_first()) {
        count_failure(seat.test);
        policy_->completed(seat.node, seat.test, elapsed, *this);
    }
    start_test(seat_index);
}

/// DSession._handlefailures.
void Engine::count_failure(Test test) {
    failures_ += scenario_.workload.tests[test].fails ? 1 : 0;
    if (is_too_many(failures_)) {
        policy_->stop(*this);
    }
}

void Engine::leave(std::uint32_t seat) {
    seats_[seat].state = State::gone;
    ++gone_;
}

void Engine::account_idle() {
    times_.tests_end = std::max(times_.tests_end, times_.tests_begin);
    for (const Seat& seat : seats_) {
        times_.idle += times_.tests_end - seat.since;
    }
}

}  // namespace advisor::model
