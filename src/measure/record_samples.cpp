#include "measure/record_samples.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "measure/shrinkage.hpp"
#include "measure/wait_split.hpp"

namespace advisor {

namespace {

struct Tally {
    std::uint32_t on_core = 0;
    std::uint32_t on_core_held = 0;
    std::uint32_t runnable = 0;  ///< on a core or waiting for one
    std::uint32_t runnable_held = 0;
    std::uint32_t blocked = 0;
    std::uint32_t blocked_held = 0;
    SampledWaits waits;
};

void add(Tally& tally, const Sample& sample) {
    const bool known = sample.gil != GilState::unknown;
    const bool held = sample.gil == GilState::held;
    if (sample.wait) {
        tally.blocked += known ? 1 : 0;
        tally.blocked_held += held ? 1 : 0;
    } else {
        tally.runnable += known ? 1 : 0;
        tally.runnable_held += held ? 1 : 0;
        tally.on_core += known && sample.on_core ? 1 : 0;
        tally.on_core_held += held && sample.on_core ? 1 : 0;
    }
}

using Tallies = std::map<Account, Tally>;

bool is_work(AccountKind kind) {
    return kind >= AccountKind::setup;
}

/// The samples by whose time they were taken in. One before the first mark belongs to nobody, since
/// nobody knows what ran then.
class Assigned {
public:
    Assigned(const RecordedRun& run, const SampleLog& log, Seconds period)
        : period_(period) {
        auto span = run.spans.begin();
        for (const Sample& sample : log.samples) {
            const std::uint64_t at = instant_of(sample);
            while (span != run.spans.end() && span->end_ns < at) {
                ++span;
            }
            if (span == run.spans.end()) {
                return;
            }
            if (span != run.spans.begin() && span->account.kind != AccountKind::nothing) {
                take(span->account, sample);
            }
        }
    }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const Tallies& tallies() const { return tallies_; }
    [[nodiscard]] const PeerPorts& ports() const { return ports_; }

private:
    /// A wait may have begun between the instant and the look at what the thread does, in another
    /// span; none contains a mark, which the thread makes itself.
    static std::uint64_t instant_of(const Sample& sample) {
        const std::int64_t begin_ns = sample.whole ? sample.whole->begin_ns : 0;
        return static_cast<std::uint64_t>(std::max({std::int64_t{0}, sample.at_ns, begin_ns}));
    }

    void take(Account account, const Sample& sample) {
        Tally& tally = tallies_[account];
        add(tally, sample);
        ++count_;
        if (!sample.wait || (sample.whole && sample.whole == last_)) {
            return;
        }
        last_ = sample.whole;
        tally.waits.add(sample, period_);
        if (is_work(account.kind) && sample.wait->reason == WaitReason::socket) {
            ports_[sample.wait->peer_port] += std::max(1.0, periods_of(sample, period_));
        }
    }

    Seconds period_;
    Tallies tallies_;
    PeerPorts ports_;
    std::size_t count_ = 0;
    std::optional<WaitInterval> last_;
};

/// Lives as long as `tallies`.
const Tally& tally_of(const Tallies& tallies, Account account) {
    static const Tally k_none;
    const auto found = tallies.find(account);
    return found == tallies.end() ? k_none : found->second;
}

/// Numbers for the files of tests; fixtures and the session are a group each.
class Groups {
public:
    static constexpr std::uint32_t k_session = 0;
    static constexpr std::uint32_t k_fixtures = 1;

    std::uint32_t of(const TestCost& test) {
        const auto next = static_cast<std::uint32_t>(files_.size() + 2);
        return files_.emplace(std::string(test.module_id()), next).first->second;
    }
    [[nodiscard]] std::size_t count() const { return files_.size() + 2; }

private:
    std::map<std::string, std::uint32_t> files_;
};

/// Something whose cost is known and whose time was sampled.
struct Subject {
    Cost* cost;
    const Tally* tally;
    std::uint32_t group;
    bool is_work;  ///< a test, with its protocol, or a fixture; not the session around them
};

std::vector<Subject> subjects_of(RecordedRun& run, const Tallies& tallies, Groups& groups) {
    std::vector<Subject> subjects;
    subjects.reserve(3 + 2 * run.instances.size() + 4 * run.tests.size());
    const auto add_subject = [&](Cost& cost, AccountKind kind, std::size_t index, std::uint32_t in
                             ) {
        const Account account{kind, static_cast<std::uint32_t>(index)};
        subjects.push_back({&cost, &tally_of(tallies, account), in, is_work(kind)});
    };
    add_subject(run.configure, AccountKind::configure, 0, Groups::k_session);
    add_subject(run.collection, AccountKind::collection, 0, Groups::k_session);
    add_subject(run.finish, AccountKind::finish, 0, Groups::k_session);
    for (std::size_t i = 0; i < run.instances.size(); ++i) {
        FixtureInstance& instance = run.instances[i].cost;
        add_subject(instance.setup, AccountKind::fixture_setup, i, Groups::k_fixtures);
        add_subject(instance.teardown, AccountKind::fixture_teardown, i, Groups::k_fixtures);
    }
    for (std::size_t i = 0; i < run.tests.size(); ++i) {
        if (run.recorded[i].begun) {
            TestCost& test = run.tests[i];
            const std::uint32_t group = groups.of(test);
            add_subject(test.setup, AccountKind::setup, i, group);
            add_subject(test.call, AccountKind::call, i, group);
            add_subject(test.teardown, AccountKind::teardown, i, group);
            add_subject(run.recorded[i].protocol, AccountKind::protocol, i, group);
        }
    }
    return subjects;
}

/// Whether the suite was seen on a core at least half as often as it was on one.
bool sees_cores(const std::vector<Subject>& subjects) {
    double on_core = 0;
    double runnable = 0;
    Seconds cpu;
    Seconds queued;
    for (const Subject& subject : subjects) {
        on_core += subject.tally->on_core;
        runnable += subject.tally->runnable;
        cpu += subject.cost->cpu();
        queued += subject.cost->core_wait.value_or(Seconds(0));
    }
    return cpu > Seconds(0) && on_core >= 0.5 * runnable * (cpu / (cpu + queued));
}

struct Held {
    Seconds time;
    Seconds blocked;  ///< part of it in which the test's thread did not run
    double variance = 0.0;
};

/// Of the subjects that are work, or of those that are not, which tell of each other. Without
/// samples, who computes is taken to hold the GIL, and who waits is not.
Held hold_gil(const std::vector<Subject>& subjects, bool is_work, bool sees_cores) {
    std::vector<Trial> computing;
    std::vector<Trial> blocked;
    const auto each = [&](const auto& take) {
        for (const Subject& subject : subjects) {
            if (subject.is_work == is_work) {
                take(subject);
            }
        }
    };
    each([&](const Subject& subject) {
        const Tally& tally = *subject.tally;
        computing.push_back(
            sees_cores ? Trial{tally.on_core_held, tally.on_core, subject.group}
                       : Trial{tally.runnable_held, tally.runnable, subject.group}
        );
        blocked.push_back({tally.blocked_held, tally.blocked, subject.group});
    });
    const Shares while_computing = shrunk_shares(computing, 1.0);
    const Shares while_blocked = shrunk_shares(blocked, 0.0);
    std::vector<double> cpu;
    std::vector<double> idle;
    Held held;
    each([&](const Subject& subject) {
        Cost& cost = *subject.cost;
        const Seconds on = cost.cpu() * while_computing.spans[cpu.size()].mean;
        const Seconds off = cost.idle() * while_blocked.spans[cpu.size()].mean;
        cost.gil_held = {on + off, Source::sampled};
        cost.gil_held_blocked = {off, Source::sampled};
        cpu.push_back(cost.cpu().value());
        idle.push_back(cost.idle().value());
        held.time += on + off;
        held.blocked += off;
    });
    held.variance = while_computing.variance_of_sum(computing, cpu)
                    + while_blocked.variance_of_sum(blocked, idle);
    return held;
}

/// What imports do tells nothing of what tests do, so that each is estimated from its own samples.
void estimate_gil(RecordedRun& run, const std::vector<Subject>& subjects, Sampling& sampling) {
    const bool cores = sees_cores(subjects);
    hold_gil(subjects, false, cores);
    const Held held = hold_gil(subjects, true, cores);
    run.loop.gil_held = sampling.gil_held = {held.time, Source::sampled};
    run.loop.gil_held_blocked = {held.blocked, Source::sampled};
    sampling.gil_held_blocked = held.blocked;
    sampling.gil_standard_error = Seconds(std::sqrt(held.variance));
}

Sampling how_sampled(const SampleLog& log) {
    const auto count = static_cast<double>(log.samples.size());
    Sampling sampling;
    sampling.samples = log.samples.size();
    sampling.late = log.late;
    sampling.mean_period = log.elapsed / (count + static_cast<double>(log.late));
    sampling.mean_lateness = log.lateness / count;
    sampling.core_fraction = log.elapsed > Seconds(0) ? log.cpu / log.elapsed : 0.0;
    return sampling;
}

WaitSplit wait_split(const std::vector<Subject>& subjects, std::size_t groups) {
    WaitSplit split(groups);
    for (const Subject& subject : subjects) {
        if (subject.is_work) {
            split.learn(subject.tally->waits, subject.group);
        }
    }
    return split;
}

/// Of fixtures, whose share is only part of the totals, and of tests.
void split_waits(RecordedRun& run, const Tallies& tallies, Groups& groups, WaitSplit& split) {
    const auto waits_in = [&](AccountKind kind, std::size_t index) {
        return tally_of(tallies, {kind, static_cast<std::uint32_t>(index)}).waits;
    };
    for (std::size_t i = 0; i < run.instances.size(); ++i) {
        const FixtureInstance& instance = run.instances[i].cost;
        split.split(
            instance.setup.idle() + instance.teardown.idle(),
            waits_in(AccountKind::fixture_setup, i) + waits_in(AccountKind::fixture_teardown, i),
            Groups::k_fixtures
        );
    }
    for (std::size_t i = 0; i < run.tests.size(); ++i) {
        TestCost& test = run.tests[i];
        if (run.recorded[i].begun) {
            test.waits = split.split(
                test.setup.idle() + test.call.idle() + test.teardown.idle(),
                waits_in(AccountKind::setup, i) + waits_in(AccountKind::call, i)
                    + waits_in(AccountKind::teardown, i),
                groups.of(test)
            );
        }
    }
}

}  // namespace

std::optional<Sampling> apply_samples(RecordedRun& run, const SampleLog& log) {
    if (log.samples.empty()) {
        return std::nullopt;
    }
    Sampling sampling = how_sampled(log);
    const Assigned assigned(run, log, sampling.mean_period);
    if (assigned.count() == 0) {
        return std::nullopt;
    }
    Groups groups;
    const std::vector<Subject> subjects = subjects_of(run, assigned.tallies(), groups);
    if (run.counts_gil()) {
        sampling.gil_held = run.loop.gil_held;
        sampling.gil_held_blocked = run.loop.gil_held_blocked.value_or(Seconds(0));
    } else if (log.no_gil_because.empty()) {
        estimate_gil(run, subjects, sampling);
    }
    WaitSplit split = wait_split(subjects, groups.count());
    if (!split.is_empty()) {
        split_waits(run, assigned.tallies(), groups, split);
        sampling.waits = split.totals(assigned.ports());
        sampling.seen_whole = split.seen_whole();
    }
    return sampling;
}

}  // namespace advisor
