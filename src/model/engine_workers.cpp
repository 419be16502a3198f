// What the engine does with workers and lanes; engine.cpp holds the course of a run.

#include <advisor/base/assert.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

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
            worker.give_back(order.steal, scenario_.xdist >= XdistVersion{3, 7, 0});
        break;
    }
    if (seats_[seat].state == State::waiting) {
        start_tests(seat);
    }
}

namespace {

/// Of what is in hand, in a run of long tests at least.
constexpr std::size_t k_parts = 4;

/// The golden section: multiples of it lie evenly apart, however many.
constexpr double k_golden = 0.6180339887498949;

}  // namespace

Demand Engine::demand_of(Stretch tests) const {
    const Demand profiled = course_.demand(tests);
    return perturbation_.tests.empty() ? profiled
                                       : profiled * perturbation_.tests[course_.test(tests.begin)];
}

/// Tests that a worker may run as one: as long as the policy does not look, but not much longer
/// than a grain. The first runs are of different lengths, lest all workers report at once.
std::size_t Engine::longest_run(std::uint32_t seat_index) const {
    if (scenario_.grain.run == 0) {
        return 1;
    }
    const Seat& seat = seats_[seat_index];
    const bool is_first = seat.since == times_.tests_begin;
    double left_s = is_first ? most_run_s_ * (seat_index + 1) / static_cast<double>(seats_.size())
                             : most_run_s_;
    const std::size_t in_hand = seat.worker.in_hand();
    const std::size_t most = policy_->undisturbed(seat.node, in_hand, false);
    const std::size_t most_long = policy_->undisturbed(seat.node, in_hand, true);
    std::size_t count = 0;
    for (const Stretch& each : seat.worker.tests()) {
        Test end = course_.reach(each, left_s);
        if (count + (end - each.begin) > most && most_long > most) {
            end = short_test(
                seat, {each.begin + static_cast<Test>(most - std::min(most, count)), end}
            );
        }
        count += end - each.begin;
        left_s -= course_.seconds({each.begin, end});
        if (count >= most_long || end < each.end || left_s <= 0.0) {
            break;
        }
    }
    return std::min(count, std::max(most, most_long));
}

/// Where the next test ends that is short, as far as the worker's last one tells; or all of them.
Test Engine::short_test(const Seat& seat, Stretch tests) const {
    Test at = tests.begin;
    while (at < tests.end && course_.seconds({at, at + 1}) * seat.slowness >= k_long_test_s) {
        ++at;
    }
    const auto least = static_cast<Test>(seat.worker.in_hand() / k_parts);
    return std::min(std::max(at + 1, tests.begin + least), tests.end);
}

/// For messages between tests of a run, as busy as the controller is.
Seconds Engine::pauses_in(std::span<const Stretch> tests) const {
    std::uint32_t count = 0;
    for (const Stretch& each : tests) {
        count += policy_->pauses(each);
    }
    const double waits = count > 0 ? count - 1.0 : 0.0;  // two are in hand behind the last
    const double answer_s = message_s_ + std::max(0.0, busy_until_ - stage_->now());
    return (scenario_.costs.latency * 2.0 + Seconds(answer_s)) * waits;
}

/// The next position at which a worker that comes from `at` may have to do something about
/// fixtures. `from_start`: it has run all tests of this collector that stand before it.
Test Engine::next_look(std::uint32_t seat, Test at, bool from_start) const {
    const Test next = from_start ? course_.next_news(at) : course_.next_change(at);
    if (!fixtures_.is_bare(seat)) {
        return next;
    }
    if (fixtures_.has_all_wide(seat)) {
        return std::max(next, course_.next_narrow(at));
    }
    const bool is_ready = fixtures_.is_ready(seat, course_.test(at));
    return is_ready ? std::max(next, course_.next_needs(at)) : next;
}

/// Everything that happens to fixtures while the worker runs these tests.
FixtureVisit
Engine::visit(std::uint32_t seat, std::span<const Stretch> tests, std::optional<Test> next) {
    FixtureVisit all;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const std::optional<Test> after =
            i + 1 < tests.size() ? std::optional(tests[i + 1].begin) : next;
        bool from_start = course_.begins_collector(tests[i].begin);
        for (Test at = tests[i].begin; at < tests[i].end;) {
            const Test change = std::min(next_look(seat, at, from_start), tests[i].end);
            from_start |= change >= course_.collector_end(at);
            const std::optional<Test> then = change < tests[i].end ? std::optional(change) : after;
            const std::uint32_t test = course_.test(std::exchange(at, change));
            const std::uint32_t following = then ? course_.test(*then) : 0;
            if (then && fixtures_.is_quiet(seat, test, following)) {
                continue;
            }
            const FixtureVisit one = fixtures_.visit(seat, test, then ? &following : nullptr);
            all.demand += one.demand;
            all.repeated += one.repeated;
        }
    }
    return all;
}

void Engine::start_tests(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const auto start = seat.worker.take(longest_run(seat_index));
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
    seat.first = start->tests.front().begin;
    seat.tests = count_of(start->tests);
    seat.failures += test_at(seat.first).fails ? 1 : 0;
    const Demand tests = gather(start->tests);
    const FixtureVisit around =
        visit(seat_index, start->tests, is_too_many(seat.failures) ? std::nullopt : start->next);
    const auto count = static_cast<double>(seat.tests);
    Demand whole = tests + around.demand + scenario_.costs.test_extra * count;
    const double repeated = around.repeated.value();
    double runner = scenario_.costs.test_extra.alone().value() * count;
    if (seat.tests > 1) {
        const Seconds pauses = pauses_in(start->tests);
        whole.blocked += pauses;
        runner += pauses.value();
    }
    times_.waiting += stage_->now() - seat.since;
    times_.tests += whole.alone().value() - repeated - runner;
    times_.fixtures_repeated += repeated;
    times_.runner += runner;
    seat.state = State::testing;
    seat.since = stage_->now();
    seat.alone = whole.alone().value();
    seat.last_alone =
        seat.tests == 1
            ? seat.alone
            : demand_of({start->tests.back().end - 1, start->tests.back().end}).alone().value()
                  + scenario_.costs.test_extra.alone().value();
    if (gil_kinds_ != nullptr) {
        begin_portions(seat_index, around.demand);
    } else {
        stage_->begin(seat_index, whole);
    }
}

/// What the tests demand, without what is around them.
Demand Engine::gather(std::span<const Stretch> tests) {
    if (gil_kinds_ == nullptr) {
        Demand all;
        for (const Stretch& each : tests) {
            all += demand_of(each);
        }
        return all;
    }
    for (const Stretch& each : tests) {
        for (Test at = each.begin; at < each.end; ++at) {
            const Demand& profiled = gil_kinds_->demand(at);
            portions_.add(
                gil_kinds_->of(at),
                perturbation_.tests.empty() ? profiled
                                            : profiled * perturbation_.tests[course_.test(at)]
            );
        }
    }
    const Demand all = portions_.sum();
    portions_.add_to_each(scenario_.costs.test_extra);
    return all;
}

/// The tests kind by kind, and what is around them. Each run begins elsewhere in the sequence of
/// kinds, lest lanes meet in step.
void Engine::begin_portions(std::uint32_t seat_index, const Demand& around) {
    Seat& seat = seats_[seat_index];
    if (seat.tests == 1) {
        stage_->begin(seat_index, portions_.take_whole() + around);
        return;
    }
    if (around.alone() > Seconds(0)) {
        portions_.add(gil_kinds_->of(around), around);
    }
    const double turn = k_golden * (seat_index + 1.0) * static_cast<double>(seat.runs++);
    portions_.take(turn - std::floor(turn), seat.then);
    const Demand first = seat.then.back();
    seat.then.pop_back();
    stage_->begin(seat_index, first);
}

void Engine::portion_ended(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    seat.gil += stage_->gil_loss(seat_index);
    if (seat.then.empty()) {
        tests_ended(seat_index);
        return;
    }
    const Demand next = seat.then.back();
    seat.then.pop_back();
    stage_->begin(seat_index, next);
}

void Engine::tests_ended(std::uint32_t seat_index) {
    Seat& seat = seats_[seat_index];
    const double now = stage_->now();
    const double elapsed = now - seat.since;
    const double gil = std::exchange(seat.gil, 0.0);
    times_.gil += gil;
    times_.cores += elapsed - seat.alone - gil;
    if (schedule_ != nullptr) {
        note(seat_index);
    }
    times_.tests_end = now;
    seat.state = State::waiting;
    const double began = std::exchange(seat.since, now);
    const std::uint32_t failed = test_at(seat.first).fails ? 1 : 0;
    seat.slowness = seat.alone > 0.0 ? elapsed / seat.alone : 1.0;
    const double last =
        seat.tests == 1 || seat.alone <= 0.0 ? elapsed : elapsed * seat.last_alone / seat.alone;
    if (scenario_.costs.style != Style::lanes) {
        Report& report = send(Report::Kind::completed, seat.node);
        report.began = began;
        report.seconds = last;
        report.completed = seat.tests;
        report.failures = failed;
    }
    if (is_too_many(seat.failures)) {
        seat.worker.stop();  // pytest ends this worker's loop by itself
    }
    if (collects_first()) {
        count_failures(failed);
        policy_->completed(seat.node, seat.tests, last, *this);
    }
    start_tests(seat_index);
}

void Engine::note(std::uint32_t seat_index) {
    const Seat& seat = seats_[seat_index];
    ADVISOR_ASSERT(seat.tests == 1, "a schedule is of single tests");
    schedule_->push_back(
        {test_at(seat.first).test, seat_index, Seconds(seat.since), Seconds(stage_->now())}
    );
}

/// DSession._handlefailures.
void Engine::count_failures(std::uint32_t failures) {
    failures_ += failures;
    if (is_too_many(failures_)) {
        policy_->stop(*this);
    }
}

void Engine::leave(std::uint32_t seat) {
    seats_[seat].state = State::gone;
    ++gone_;
}

/// What lanes must not run, when they have ended: one test after the other on the main thread,
/// which has fixtures of its own. Meanwhile all lanes but one are idle, as it takes the place of
/// that one.
void Engine::run_alone() {
    const std::vector<std::uint32_t>& tests = scenario_.courses.alone();
    const bool has_lanes = scenario_.costs.style == Style::lanes && scenario_.costs.lanes > 1;
    if (!has_lanes || is_too_many(failures_)) {
        return;
    }
    const double begin = stage_->now();
    double alone_s = 0.0;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const WorkTest& test = scenario_.workload.tests[tests[i]];
        const double factor = perturbation_.tests.empty() ? 1.0 : perturbation_.tests[tests[i]];
        const FixtureVisit around =
            fixtures_.visit(controller_, tests[i], i + 1 < tests.size() ? &tests[i + 1] : nullptr);
        const Demand& extra = scenario_.costs.test_extra;
        const Demand whole = test.demand * factor + around.demand + extra;
        const double since = stage_->now();
        start_duty(Duty::alone, whole);
        play();
        if (schedule_ != nullptr) {
            schedule_->push_back({test.test, controller_, Seconds(since), Seconds(stage_->now())});
        }
        alone_s += whole.alone().value();
        times_.fixtures_repeated += around.repeated.value();
        times_.runner += extra.alone().value();
        times_.tests += (whole.alone() - around.repeated - extra.alone()).value();
        if (test.fails) {
            count_failures(1);
        }
        if (is_too_many(failures_)) {
            break;
        }
    }
    const double elapsed = stage_->now() - begin;
    times_.cores += elapsed - alone_s;
    times_.idle += elapsed * (scenario_.costs.lanes - 1.0);
    times_.tests_end = stage_->now();
}

void Engine::account_idle() {
    times_.tests_end = std::max(times_.tests_end, times_.tests_begin);
    for (const Seat& seat : seats_) {
        times_.idle += times_.tests_end - seat.since;
    }
}

}  // namespace advisor::model
