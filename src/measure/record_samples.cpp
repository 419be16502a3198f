#include "measure/record_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "measure/shrinkage.hpp"

namespace advisor {

namespace {

using Reasons = std::array<double, k_wait_reasons>;

struct Tally {
    std::uint32_t on_core = 0;
    std::uint32_t on_core_held = 0;
    std::uint32_t runnable = 0;  ///< on a core or waiting for one
    std::uint32_t runnable_held = 0;
    std::uint32_t blocked = 0;
    std::uint32_t blocked_held = 0;
    Reasons reasons{};
};

void add(Tally& tally, const Sample& sample) {
    const bool known = sample.gil != GilState::unknown;
    const bool held = sample.gil == GilState::held;
    if (sample.wait) {
        tally.blocked += known ? 1 : 0;
        tally.blocked_held += held ? 1 : 0;
        tally.reasons.at(static_cast<std::size_t>(sample.wait->reason)) += 1;
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

/// A sample before the first mark belongs to nobody, since nobody knows what ran then.
template <typename Take>
void assign(const RecordedRun& run, const SampleLog& log, const Take& take) {
    auto span = run.spans.begin();
    for (const Sample& sample : log.samples) {
        const auto at = static_cast<std::uint64_t>(std::max<std::int64_t>(0, sample.at_ns));
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

Tally operator+(Tally a, const Tally& b) {
    a.on_core += b.on_core;
    a.on_core_held += b.on_core_held;
    a.runnable += b.runnable;
    a.runnable_held += b.runnable_held;
    a.blocked += b.blocked;
    a.blocked_held += b.blocked_held;
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        a.reasons[i] += b.reasons[i];
    }
    return a;
}

Tally tally_of(const Tallies& tallies, Account account) {
    const auto found = tallies.find(account);
    return found == tallies.end() ? Tally() : found->second;
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
    Tally tally;
    std::uint32_t group;
    bool is_work;  ///< a test, with its protocol, or a fixture; not the session around them
};

std::vector<Subject> subjects_of(RecordedRun& run, const Tallies& tallies, Groups& groups) {
    std::vector<Subject> subjects;
    const auto add_subject = [&](Cost& cost, AccountKind kind, std::size_t index, std::uint32_t in
                             ) {
        const Account account{kind, static_cast<std::uint32_t>(index)};
        subjects.push_back({&cost, tally_of(tallies, account), in, is_work(kind)});
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
        on_core += subject.tally.on_core;
        runnable += subject.tally.runnable;
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
        const Tally& tally = subject.tally;
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
        const Seconds off = cost.blocked() * while_blocked.spans[cpu.size()].mean;
        cost.gil_held = {on + off, Source::sampled};
        cost.gil_held_blocked = {off, Source::sampled};
        cpu.push_back(cost.cpu().value());
        idle.push_back(cost.blocked().value());
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

double sum_of(const Reasons& reasons) {
    double sum = 0;
    for (const double count : reasons) {
        sum += count;
    }
    return sum;
}

constexpr double k_prior_samples = 0.25;

/// `own` and a quarter of a sample's worth of `prior`, as parts of one: most tests wait for one
/// thing. Parts below a hundredth are noise.
Reasons mix_of(const Reasons& own, const Reasons& prior) {
    const double prior_sum = sum_of(prior);
    Reasons mix{};
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        mix[i] = own[i] + (prior_sum > 0 ? k_prior_samples * prior[i] / prior_sum : 0);
    }
    const double smallest = sum_of(mix) / 100;
    for (double& part : mix) {
        part = part < smallest ? 0 : part;
    }
    const double sum = sum_of(mix);
    for (double& part : mix) {
        part = sum > 0 ? part / sum : 0;
    }
    return mix;
}

std::vector<Wait> waits_of(const Reasons& mix, Seconds blocked) {
    std::vector<Wait> waits;
    for (std::size_t i = 0; i < k_wait_reasons; ++i) {
        if (mix[i] > 0) {
            waits.push_back({static_cast<WaitReason>(i), blocked * mix[i]});
        }
    }
    std::stable_sort(waits.begin(), waits.end(), [](const Wait& a, const Wait& b) {
        return a.time > b.time;
    });
    return waits;
}

/// Splits blocked time of tests and fixtures, and sums it up.
class WaitSplit {
public:
    WaitSplit(const std::vector<Subject>& subjects, std::size_t groups)
        : by_group_(groups) {
        for (const Subject& subject : subjects) {
            if (subject.is_work) {
                for (std::size_t i = 0; i < k_wait_reasons; ++i) {
                    by_group_[subject.group][i] += subject.tally.reasons[i];
                    all_[i] += subject.tally.reasons[i];
                }
            }
        }
    }

    [[nodiscard]] bool is_empty() const { return !(sum_of(all_) > 0); }

    std::vector<Wait> split(Seconds blocked, const Tally& tally, std::uint32_t group) {
        const Reasons mix = mix_of(tally.reasons, mix_of(by_group_[group], all_));
        const double samples = sum_of(tally.reasons);
        for (std::size_t i = 0; i < k_wait_reasons; ++i) {
            totals_[i] += blocked.value() * mix[i];
            variances_[i] += blocked.value() * blocked.value() * mix[i] * (1 - mix[i])
                             / (samples + k_prior_samples + 1);
        }
        return blocked < k_shortest_split ? std::vector<Wait>() : waits_of(mix, blocked);
    }

    /// Sockets by the ports of their peers, as their samples were.
    [[nodiscard]] std::vector<WaitTotal>
    totals(const std::map<std::optional<std::uint16_t>, double>& ports) const {
        std::vector<WaitTotal> waits;
        for (std::size_t i = 0; i < k_wait_reasons; ++i) {
            const auto reason = static_cast<WaitReason>(i);
            const Seconds error(std::sqrt(variances_[i]));
            if (reason != WaitReason::socket && totals_[i] > 0) {
                waits.push_back({reason, std::nullopt, Seconds(totals_[i]), error});
            }
            for (const auto& [port, count] : ports) {
                if (reason == WaitReason::socket && totals_[i] > 0) {
                    const double part = count / all_[i];
                    waits.push_back({reason, port, Seconds(totals_[i] * part), error * part});
                }
            }
        }
        std::stable_sort(waits.begin(), waits.end(), [](const WaitTotal& a, const WaitTotal& b) {
            return a.time > b.time;
        });
        return waits;
    }

private:
    std::vector<Reasons> by_group_;
    Reasons all_{};
    Reasons totals_{};
    Reasons variances_{};
};

}  // namespace

std::optional<Sampling> apply_samples(RecordedRun& run, const SampleLog& log) {
    Tallies tallies;
    std::map<std::optional<std::uint16_t>, double> ports;
    std::size_t assigned = 0;
    assign(run, log, [&](Account account, const Sample& sample) {
        add(tallies[account], sample);
        ++assigned;
        if (is_work(account.kind) && sample.wait && sample.wait->reason == WaitReason::socket) {
            ports[sample.wait->peer_port] += 1;
        }
    });
    if (assigned == 0) {
        return std::nullopt;
    }
    Groups groups;
    const std::vector<Subject> subjects = subjects_of(run, tallies, groups);
    const auto count = static_cast<double>(log.samples.size());
    Sampling sampling;
    sampling.samples = log.samples.size();
    sampling.late = log.late;
    sampling.mean_period = log.elapsed / (count + static_cast<double>(log.late));
    sampling.mean_lateness = log.lateness / count;
    sampling.core_fraction = log.elapsed > Seconds(0) ? log.cpu / log.elapsed : 0.0;
    if (run.counts_gil()) {
        sampling.gil_held = run.loop.gil_held;
        sampling.gil_held_blocked = run.loop.gil_held_blocked.value_or(Seconds(0));
    } else if (log.no_gil_because.empty()) {
        estimate_gil(run, subjects, sampling);
    }
    WaitSplit split(subjects, groups.count());
    if (!split.is_empty()) {
        for (std::size_t i = 0; i < run.instances.size(); ++i) {
            const FixtureInstance& instance = run.instances[i].cost;
            const auto index = static_cast<std::uint32_t>(i);
            split.split(
                instance.setup.blocked() + instance.teardown.blocked(),
                tally_of(tallies, {AccountKind::fixture_setup, index})
                    + tally_of(tallies, {AccountKind::fixture_teardown, index}),
                Groups::k_fixtures
            );
        }
        for (std::size_t i = 0; i < run.tests.size(); ++i) {
            TestCost& test = run.tests[i];
            const auto index = static_cast<std::uint32_t>(i);
            if (run.recorded[i].begun) {
                test.waits = split.split(
                    test.setup.blocked() + test.call.blocked() + test.teardown.blocked(),
                    tally_of(tallies, {AccountKind::setup, index})
                        + tally_of(tallies, {AccountKind::call, index})
                        + tally_of(tallies, {AccountKind::teardown, index}),
                    groups.of(test)
                );
            }
        }
        sampling.waits = split.totals(ports);
    }
    return sampling;
}

}  // namespace advisor
