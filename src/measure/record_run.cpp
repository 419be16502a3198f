#include "measure/record_run.hpp"

#include <algorithm>
#include <utility>

namespace advisor {

namespace {

AccountKind account_of(Phase phase) {
    switch (phase) {
    case Phase::setup: return AccountKind::setup;
    case Phase::call: return AccountKind::call;
    case Phase::teardown: break;
    }
    return AccountKind::teardown;
}

/// The phase that begins when all have heard of a report.
std::optional<Phase> phase_after(const TestPoint& report) {
    if (report.is_subtest) {
        return Phase::call;
    }
    switch (report.phase) {
    case Phase::setup:
        return report.outcome == ReportedOutcome::passed ? Phase::call : Phase::teardown;
    case Phase::call: return Phase::teardown;
    case Phase::teardown: break;
    }
    return std::nullopt;
}

Bytes of_kibibytes(std::uint64_t count) {
    constexpr std::uint64_t k_most = std::uint64_t{1} << 50U;
    return Bytes(static_cast<std::int64_t>(std::min(count, k_most) * 1024));
}

void raise(Bytes& peak, Bytes other) {
    peak = std::max(peak, other);
}

/// No zero is measured of what is not counted.
void forget_gil(Cost& cost) {
    cost.gil_held = cost.gil_held_blocked = {};
    cost.gil_releases = {};
}

void forget_gil(TestCost& test) {
    for (Cost* cost : {&test.setup, &test.call, &test.teardown}) {
        forget_gil(*cost);
    }
}

}  // namespace

void RecordedRun::operator()(const RunFact& record) {
    facts[record.name] = record.value;
}

void RecordedRun::operator()(const FixtureDefined& record) {
    if (record.definition == definitions.size()) {
        definitions.push_back(record.value);
    }
}

void RecordedRun::operator()(const ItemCollected& record) {
    if (record.test != tests.size()) {
        return;
    }
    TestCost test;
    test.id = record.id;
    test.module_length = record.module_length;
    test.class_length = record.class_length;
    test.groups = record.groups;
    for (const FixtureUse use : record.uses) {
        add_use(test.fixtures, use);
    }
    tests.push_back(std::move(test));
    recorded.emplace_back();
}

void RecordedRun::operator()(const FixtureNeeded& record) {
    if (record.test < tests.size()) {
        add_use(tests[record.test].fixtures, record.use);
    }
}

void RecordedRun::operator()(const TestAlone& record) {
    if (record.test < tests.size() && tests[record.test].alone_because.empty()) {
        tests[record.test].alone_because = record.because;
    }
}

void RecordedRun::operator()(const TestPoint& record) {
    const AccountKind spent =
        record.step == Step::phase_ended ? account_of(record.phase) : AccountKind::protocol;
    ledger_.point(here(spent), record.wall_ns, record.thread_cpu_ns);
    add_span(here(spent), record.wall_ns);
    if (record.step == Step::test_begun) {
        begin_test(record);
        return;
    }
    if (record.test >= tests.size()) {
        return;
    }
    switch (record.step) {
    case Step::test_begun: break;
    case Step::setup_begun: open_phase_ = Phase::setup; break;
    case Step::phase_ended:
        had_phase_ = true;
        open_phase_.reset();
        break;
    case Step::reported: report(record); break;
    }
}

void RecordedRun::operator()(const FunctionFixturePoint& record) {
    const Account account = here(open());
    ledger_.point(account, record.wall_ns, record.thread_cpu_ns);
    add_span(account, record.wall_ns);
    if (in_test_ && record.use.fixture.value < definitions.size()) {
        function_fixture_clock_.take({*current_}, record, function_fixtures);
    }
}

void RecordedRun::operator()(const HoldingsCounted& record) {
    const std::optional<Holdings> before = std::exchange(holdings_, record.counts);
    if (!before || *before == record.counts || !current_) {
        return;
    }
    HoldingsChange change{{*current_}, {*current_}, {}, record.counts - *before};
    if (!open_fixtures_.empty()) {
        change.fixture = instances[open_fixtures_.back().account.index].cost.use.fixture;
    } else if (record.since < *current_) {
        change.first = {record.since};
    }
    holdings_changes.push_back(change);
}

void RecordedRun::operator()(const RecorderFailed& record) {
    failure = record.reason;
}

void RecordedRun::operator()(const SessionMark& record) {
    see(record.at, here(open()));
    std::optional<SessionMark>& known = points_.at(static_cast<std::size_t>(record.point));
    if (known) {
        return;
    }
    known = record;
    switch (record.point) {
    case SessionPoint::imported: outside_ = AccountKind::configure; break;
    case SessionPoint::configured: outside_ = AccountKind::collection; break;
    case SessionPoint::finished:
        end_test();
        phase_at_finish_ = std::exchange(open_phase_, std::nullopt);
        outside_ = AccountKind::finish;
        break;
    case SessionPoint::collected:
    case SessionPoint::unconfigured: outside_ = AccountKind::nothing; break;
    }
}

void RecordedRun::operator()(const CountersMark& record) {
    keep_peak_before(record);
    see(record.at, here(AccountKind::protocol));
}

void RecordedRun::operator()(const FixtureMark& record) {
    see(record.at, here(open()));
    function_fixture_clock_.take(record);
    if (record.edge == Edge::begin) {
        record.span == FixtureSpan::setup ? begin_fixture(record) : begin_teardown(record);
        return;
    }
    // What began within this span and never ended is over as well.
    const auto open =
        std::find_if(open_fixtures_.begin(), open_fixtures_.end(), [&](const OpenFixture& fixture) {
            return fixture.number == record.instance;
        });
    open_fixtures_.erase(open, open_fixtures_.end());
}

void RecordedRun::end(
    std::uint64_t exit_ns, Seconds cpu, std::optional<std::uint64_t> run_delay_ns
) {
    if (!point(SessionPoint::finished) && !spans.empty() && exit_ns > spans.back().end_ns) {
        const Account account = here(open());
        ledger_.end(account, exit_ns, cpu, run_delay_ns);
        add_span(account, exit_ns);
    }
}

void RecordedRun::charge_children(Account account, Seconds cpu) {
    Charge children{account, no_cost()};
    children.cost.children_cpu = cpu;
    charge(children);
}

void RecordedRun::close() {
    for (const Charge& rest : ledger_.close()) {
        end_wait_known = end_wait_known && rest.cost.core_wait.has_value();
        charge(rest);
    }
    end_test();
    if (!counts_gil()) {
        for (Cost* cost : {&configure, &collection, &loop, &finish}) {
            forget_gil(*cost);
        }
        for (RecordedInstance& instance : instances) {
            forget_gil(instance.cost.setup);
            forget_gil(instance.cost.teardown);
        }
    }
    for (std::size_t at = 0; at < tests.size(); ++at) {
        if (recorded[at].forked) {
            tests[at].call += std::exchange(recorded[at].protocol, no_cost());
        }
        if (!counts_gil()) {
            forget_gil(tests[at]);
            forget_gil(recorded[at].protocol);
        }
        std::vector<FixtureUse>& uses = tests[at].fixtures;
        for (std::size_t i = 0; i < uses.size(); ++i) {  // grows while it is walked
            const auto needs = needed_by_.find(uses[i]);
            if (needs != needed_by_.end()) {
                for (const FixtureUse use : needs->second) {
                    add_use(uses, use);
                }
            }
        }
    }
}

const std::optional<SessionMark>& RecordedRun::point(SessionPoint at) const {
    return points_.at(static_cast<std::size_t>(at));
}

void RecordedRun::begin_test(const TestPoint& record) {
    end_test();
    current_.reset();
    open_phase_.reset();
    if (record.test >= tests.size() || point(SessionPoint::finished)) {
        return;
    }
    RecordedTest& now = recorded[record.test];
    now.repeated = now.begun;
    if (!now.begun) {
        ++started_;
        now.begun = true;
        now.begin_ns = record.wall_ns;
        TestCost& test = tests[record.test];
        test.setup = test.call = test.teardown = no_cost();
    }
    current_ = record.test;
    in_test_ = true;
    since_mark_.push_back({record.test, record.wall_ns});
}

void RecordedRun::report(const TestPoint& record) {
    open_phase_ = phase_after(record);
    ReportedPhases& reports = recorded[record.test].reports;
    const bool before = reports.failing();
    reports.add(record);
    recorded[record.test].repeated |= record.outcome == ReportedOutcome::rerun;
    if (reports.failing() != before) {
        before ? --failed_ : ++failed_;
    }
}

void RecordedRun::begin_fixture(const FixtureMark& record) {
    const bool test_known = record.test < tests.size();
    if (!is_wide(record.use) || (!test_known && tests.empty())) {
        return;
    }
    RecordedInstance instance;
    instance.cost.use = record.use;
    instance.cost.requested_by = {test_known ? record.test : 0};
    instance.cost.setup = instance.cost.teardown = no_cost();
    instance.setup_ns = record.at.wall_ns;
    if (!open_fixtures_.empty()) {
        const FixtureUse outer = instances[open_fixtures_.back().account.index].cost.use;
        add_use(needed_by_[outer], record.use);
    }
    if (test_known) {
        add_use(tests[record.test].fixtures, record.use);
    }
    const auto index = static_cast<std::uint32_t>(instances.size());
    instances.push_back(instance);
    instance_at_[record.instance] = index;
    open_fixtures_.push_back({record.instance, {AccountKind::fixture_setup, index}});
}

void RecordedRun::begin_teardown(const FixtureMark& record) {
    if (const auto found = instance_at_.find(record.instance); found != instance_at_.end()) {
        instances[found->second].teardown_ns = record.at.wall_ns;
        open_fixtures_.push_back({record.instance, {AccountKind::fixture_teardown, found->second}});
    }
}

void RecordedRun::end_test() {
    if (in_test_) {
        RecordedTest& test = recorded[*current_];
        test.forked = test.forked || (!had_phase_ && test.reports.any());
    }
    in_test_ = false;
    had_phase_ = false;
    function_fixture_clock_ = {};
}

void RecordedRun::add_span(Account account, std::uint64_t end_ns) {
    if (!spans.empty() && spans.back().account == account) {
        spans.back().end_ns = end_ns;
    } else {
        spans.push_back({end_ns, account});
    }
}

void RecordedRun::see(const Mark& at, Account account) {
    add_span(account, at.wall_ns);
    for (const Charge& each : ledger_.mark(account, at)) {
        charge(each);
        if (each.cost.children_cpu > Seconds(0)) {
            reapings.push_back({at.wall_ns, each.account, each.cost.children_cpu});
        }
    }
    all_waits_known = all_waits_known && at.run_delay_ns.has_value();
    all_peaks_known = all_peaks_known && at.max_rss_kib > 0;
    const Bytes peak = of_kibibytes(at.max_rss_kib);
    raise(peak_rss, peak);
    for (const Begun& begun : since_mark_) {
        raise(tests[begun.test].peak_rss, peak);
    }
    since_mark_.clear();
    if (in_test_) {
        since_mark_.push_back({*current_, at.wall_ns});
    }
}

/// Memory cannot have grown faster than it can be written, so that tests which were over by then
/// had what was known before.
void RecordedRun::keep_peak_before(const CountersMark& record) {
    constexpr std::uint64_t k_bytes_per_ns = 20;  // more than one core writes
    const Mark& at = record.at;
    const Bytes before = of_kibibytes(record.memory.peak_kib);
    const Bytes grown = of_kibibytes(at.max_rss_kib) - before;
    if (grown <= Bytes(0)) {
        return;
    }
    const std::uint64_t fastest = static_cast<std::uint64_t>(grown.value()) / k_bytes_per_ns;
    const std::uint64_t since = std::min(fastest, record.memory.ago_ns);
    const std::uint64_t grown_ns = at.wall_ns - std::min(at.wall_ns, record.memory.ago_ns - since);
    std::size_t over = 0;
    while (over + 1 < since_mark_.size() && since_mark_[over + 1].begin_ns <= grown_ns) {
        raise(tests[since_mark_[over].test].peak_rss, before);
        ++over;
    }
    since_mark_.erase(since_mark_.begin(), since_mark_.begin() + static_cast<std::ptrdiff_t>(over));
}

void RecordedRun::charge(const Charge& charge) {
    const Account to = charge.account;
    const Cost& cost = charge.cost;
    switch (to.kind) {
    case AccountKind::nothing: return;
    case AccountKind::configure: configure += cost; return;
    case AccountKind::collection: collection += cost; return;
    case AccountKind::finish: finish += cost; return;
    case AccountKind::setup: tests[to.index].setup += cost; break;
    case AccountKind::call: tests[to.index].call += cost; break;
    case AccountKind::teardown: tests[to.index].teardown += cost; break;
    case AccountKind::protocol: recorded[to.index].protocol += cost; break;
    case AccountKind::fixture_setup: instances[to.index].cost.setup += cost; break;
    case AccountKind::fixture_teardown: instances[to.index].cost.teardown += cost; break;
    }
    loop += cost;
}

/// What a test does outside of the recorder's points.
AccountKind RecordedRun::open() const {
    return open_phase_ ? account_of(*open_phase_) : AccountKind::protocol;
}

/// The account of a segment that ends here: of the innermost open fixture, else as given.
Account RecordedRun::here(AccountKind of_test) const {
    if (!open_fixtures_.empty()) {
        return open_fixtures_.back().account;
    }
    if (in_test_) {
        return {of_test, *current_};
    }
    return {outside_, 0};
}

void RecordedRun::add_use(std::vector<FixtureUse>& uses, FixtureUse use) const {
    if (is_wide(use) && std::find(uses.begin(), uses.end(), use) == uses.end()) {
        uses.push_back(use);
    }
}

bool RecordedRun::is_wide(FixtureUse use) const {
    return use.fixture.value < definitions.size()
           && definitions[use.fixture.value].scope != Scope::function;
}

}  // namespace advisor
