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
        send(Report::Kind::given_back, order.node).tests =
            worker.give_back(order.tests, scenario_.xdist >= XdistVersion{3, 7, 0});
        break;
    }
    if (seats_[seat].state == State::waiting) {
        start_tests(seat);
    }
}

Demand Engine::demand_of_test(Test test) const {
    const Demand& profiled = scenario_.workload.tests[test].demand;
    return perturbation_.tests.empty() ? profiled : profiled * perturbation_.tests[test];
}

std::size_t Engine::longest_run(const Seat& seat) const {
    return most_run_ == 1
               ? 1
               : std::min(most_run_, policy_->undisturbed(seat.node, seat.worker.in_hand()));
}

void Engine::start_tests(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const auto start = seat.worker.take(longest_run(seat));
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
    seat.tests.assign(start->tests.begin(), start->tests.end());
    Demand whole;
    double repeated = 0.0;
    for (std::size_t i = 0; i < seat.tests.size(); ++i) {
        const Test test = seat.tests[i];
        const bool is_last = i + 1 == seat.tests.size();
        const Test* next = is_last ? (start->next ? &*start->next : nullptr) : &seat.tests[i + 1];
        seat.failures += scenario_.workload.tests[test].fails ? 1 : 0;
        const FixtureVisit around =
            fixtures_.visit(seat_index, test, is_too_many(seat.failures) ? nullptr : next);
        const Demand all = demand_of_test(test) + around.demand + scenario_.costs.test_extra;
        repeated += around.repeated.value();
        whole += all;
        seat.last_alone = all.alone().value();
    }
    const double runner =
        scenario_.costs.test_extra.alone().value() * static_cast<double>(seat.tests.size());
    times_.waiting += stage_->now() - seat.since;
    times_.tests += whole.alone().value() - repeated - runner;
    times_.fixtures_repeated += repeated;
    times_.runner += runner;
    seat.state = State::testing;
    seat.since = stage_->now();
    seat.alone = whole.alone().value();
    stage_->begin(seat_index, whole);
}

void Engine::tests_ended(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const double now = stage_->now();
    const double elapsed = now - seat.since;
    const double gil = stage_->gil_loss(seat_index);
    times_.gil += gil;
    times_.cores += elapsed - seat.alone - gil;
    if (schedule_ != nullptr) {
        note(seat_index);
    }
    times_.tests_end = now;
    seat.state = State::waiting;
    seat.since = now;
    const double last = seat.tests.size() == 1 || seat.alone <= 0.0
                            ? elapsed
                            : elapsed * seat.last_alone / seat.alone;
    if (scenario_.costs.style != Style::lanes) {
        Report& report = send(Report::Kind::completed, seat.node);
        report.seconds = last;
        report.tests.assign(seat.tests.begin(), seat.tests.end());
    }
    if (is_too_many(seat.failures)) {
        seat.worker.stop();  // pytest ends this worker's loop by itself
    }
    if (collects_first()) {
        count_failures(seat.tests);
        policy_->completed(seat.node, seat.tests, last, *this);
    }
    start_tests(seat_index);
}

/// Into the schedule; of a run every test as if it took an even share.
void Engine::note(std::uint32_t seat_index) {
    const Seat& seat = seats_[seat_index];
    const double each = (stage_->now() - seat.since) / static_cast<double>(seat.tests.size());
    for (std::size_t i = 0; i < seat.tests.size(); ++i) {
        const bool is_last = i + 1 == seat.tests.size();
        const double begin = seat.since + each * static_cast<double>(i);
        const double end = is_last ? stage_->now() : begin + each;
        const TestIndex test = scenario_.workload.tests[seat.tests[i]].test;
        schedule_->push_back({test, seat_index, Seconds(begin), Seconds(end)});
    }
}

/// DSession._handlefailures.
void Engine::count_failures(std::span<const Test> tests) {
    for (const Test test : tests) {
        failures_ += scenario_.workload.tests[test].fails ? 1 : 0;
    }
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
