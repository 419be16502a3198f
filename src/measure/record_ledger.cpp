#include "measure/record_ledger.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace advisor {

namespace {

Seconds nanoseconds(std::uint64_t from, std::uint64_t to) {
    return Seconds(to > from ? static_cast<double>(to - from) * 1e-9 : 0.0);
}

/// A difference of what the child wrote: anything but a time that can be is zero.
double gain(double from, double to) {
    constexpr double k_longest_s = 1e10;
    const double difference = to - from;
    return difference > 0 && difference < k_longest_s ? difference : 0.0;
}

std::int64_t count(std::uint64_t from, std::uint64_t to) {
    constexpr auto k_most = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
    return to > from ? static_cast<std::int64_t>(std::min(to - from, k_most)) : 0;
}

double user_share(const Mark& begin, const Mark& end) {
    const double user = gain(begin.thread_user_s, end.thread_user_s);
    const double sys = gain(begin.thread_sys_s, end.thread_sys_s);
    if (user + sys > 0) {
        return user / (user + sys);
    }
    const double all_user = gain(0, end.thread_user_s);
    const double all = all_user + gain(0, end.thread_sys_s);
    return all > 0 ? all_user / all : 1.0;
}

/// `cost` has its wall and its waiting for a core.
void charge_gil(const GilCounted& counts, Cost& cost) {
    const Seconds held = std::min(nanoseconds(0, counts.held_ns), cost.wall);
    const Seconds idle = std::min(nanoseconds(0, counts.idle_ns), held);
    const Seconds blocked = std::max(Seconds(0), idle - cost.core_wait.value_or(Seconds(0)));
    cost.gil_held = {held - idle + blocked, Source::measured};
    cost.gil_held_blocked = {blocked, Source::measured};
    cost.gil_releases = {count(0, counts.releases), Source::measured};
}

/// Cuts a count into whole parts, so that they add up to it.
class CountShares {
public:
    explicit CountShares(std::int64_t total)
        : total_(total) {}

    /// The part that ends where `fraction` of the whole is spent.
    std::int64_t until(double fraction) {
        const auto upto =
            static_cast<std::int64_t>(std::llround(static_cast<double>(total_) * fraction));
        return upto - std::exchange(given_, upto);
    }

private:
    std::int64_t total_;
    std::int64_t given_ = 0;
};

Cost counted_between(const Mark& begin, const Mark& end) {
    Cost cost;
    cost.wall = nanoseconds(begin.wall_ns, end.wall_ns);
    const Seconds cpu = nanoseconds(begin.thread_cpu_ns, end.thread_cpu_ns);
    cost.cpu_user = cpu * user_share(begin, end);
    cost.cpu_sys = cpu - cost.cpu_user;
    const Seconds process = nanoseconds(begin.process_cpu_ns, end.process_cpu_ns);
    cost.other_threads_cpu = std::max(Seconds(0), process - cpu);
    cost.children_cpu = Seconds(
        gain(begin.children_user_s, end.children_user_s)
        + gain(begin.children_sys_s, end.children_sys_s)
    );
    if (begin.run_delay_ns && end.run_delay_ns) {
        cost.core_wait = {nanoseconds(*begin.run_delay_ns, *end.run_delay_ns), Source::measured};
    }
    cost.voluntary_switches = count(begin.voluntary_switches, end.voluntary_switches);
    cost.involuntary_switches = count(begin.involuntary_switches, end.involuntary_switches);
    cost.major_faults = count(begin.major_faults, end.major_faults);
    return cost;
}

/// Then it had a core or wanted one, all the time. Of that the kernel's queue does not know what a
/// hypervisor takes. A thread that has never slept in its life is on a kernel that does not count.
bool never_slept(const Mark& begin, const Mark& end) {
    return end.voluntary_switches == begin.voluntary_switches && end.voluntary_switches > 0;
}

}  // namespace

Cost no_cost() {
    Cost cost;
    cost.core_wait = {Seconds(0), Source::measured};
    cost.gil_held = {Seconds(0), Source::measured};
    cost.gil_held_blocked = {Seconds(0), Source::measured};
    cost.gil_releases = {0, Source::measured};
    return cost;
}

Cost cost_between(const Mark& begin, const Mark& end) {
    Cost cost = counted_between(begin, end);
    if (cost.core_wait.has_value() && never_slept(begin, end)) {
        const Seconds off_core = std::max(Seconds(0), cost.wall - cost.cpu());
        cost.core_wait = {std::max(cost.core_wait.value(), off_core), Source::measured};
    }
    return cost;
}

Cost cost_until(std::uint64_t exec_ns, const Mark& first) {
    Mark birth;
    birth.wall_ns = exec_ns;
    birth.run_delay_ns = 0;
    return cost_between(birth, first);
}

void Ledger::point(Account account, std::uint64_t wall_ns, std::uint64_t thread_cpu_ns) {
    if (!last_) {
        return;
    }
    const Seconds wall = nanoseconds(std::exchange(wall_ns_, wall_ns), wall_ns);
    const Seconds cpu = nanoseconds(thread_cpu_ns_, thread_cpu_ns);
    thread_cpu_ns_ = std::max(thread_cpu_ns_, thread_cpu_ns);  // an estimate may have run ahead
    segments_.push_back({account, wall.value(), cpu.value(), uncharged_gil()});
}

GilCounted Ledger::uncharged_gil() {
    const GilCounted now = gil_.value_or(GilCounted());
    const GilCounted before = std::exchange(gil_charged_, now);
    const auto part = [](std::uint64_t from, std::uint64_t to) {
        return to > from ? to - from : 0;
    };
    return {
        part(before.held_ns, now.held_ns),
        part(before.idle_ns, now.idle_ns),
        part(before.releases, now.releases)};
}

std::vector<Charge> Ledger::mark(Account account, const Mark& at) {
    std::vector<Charge> charges;
    if (last_) {
        point(account, at.wall_ns, at.thread_cpu_ns);
        charges = share_out(cost_between(*last_, at));
    } else {
        uncharged_gil();  // of before the first mark
    }
    last_ = at;
    wall_ns_ = at.wall_ns;
    thread_cpu_ns_ = at.thread_cpu_ns;
    return charges;
}

void Ledger::end(
    Account account, std::uint64_t wall_ns, Seconds cpu, std::optional<std::uint64_t> run_delay_ns
) {
    if (!last_ || wall_ns <= wall_ns_) {
        return;
    }
    const double known = static_cast<double>(last_->process_cpu_ns) * 1e-9
                         + gain(0, last_->children_user_s) + gain(0, last_->children_sys_s)
                         + nanoseconds(last_->thread_cpu_ns, thread_cpu_ns_).value();
    const Seconds rest =
        std::clamp(cpu - Seconds(known), Seconds(0), nanoseconds(wall_ns_, wall_ns));
    point(account, wall_ns, thread_cpu_ns_ + static_cast<std::uint64_t>(rest.value() * 1e9));
    run_delay_at_end_ns_ = run_delay_ns;
}

std::vector<Charge> Ledger::close() {
    if (!last_) {
        return {};
    }
    Mark end = *last_;
    end.wall_ns = wall_ns_;
    end.thread_cpu_ns = thread_cpu_ns_;
    if (end.wall_ns > last_->wall_ns) {
        end.run_delay_ns = run_delay_at_end_ns_;
    }
    return share_out(counted_between(*last_, end));  // whether it slept was not counted
}

/// pytest's hooks start and reap no processes: whose code ran before them did. But a test that ran
/// in a process of its own is all hooks, for longer than others are.
std::size_t Ledger::last_reaping() const {
    constexpr double k_hooks_s = 0.001;
    std::size_t at = segments_.size();
    while (at > 0 && segments_[at - 1].account.kind == AccountKind::protocol
           && segments_[at - 1].wall < k_hooks_s) {
        --at;
    }
    return (at > 0 ? at : segments_.size()) - 1;
}

std::vector<Charge> Ledger::share_out(const Cost& total) {
    double wall = 0;
    double idle = 0;
    const auto idle_of = [](const Segment& of) { return std::max(0.0, of.wall - of.cpu); };
    for (const Segment& segment : segments_) {
        wall += segment.wall;
        idle += idle_of(segment);
    }
    const double user = total.cpu() > Seconds(0) ? total.cpu_user / total.cpu() : 1.0;
    const double wait = std::min(total.core_wait.value_or(Seconds(0)).value(), idle);
    CountShares voluntary(total.voluntary_switches);
    CountShares involuntary(total.involuntary_switches);
    CountShares faults(total.major_faults);
    std::vector<Charge> charges;
    charges.reserve(segments_.size());
    const Segment* const reaping = segments_.empty() ? nullptr : &segments_[last_reaping()];
    double idle_so_far = 0;
    for (const Segment& segment : segments_) {
        const bool is_last = &segment == &segments_.back();
        const double of_wall = wall > 0 ? segment.wall / wall : (is_last ? 1.0 : 0.0);
        const double of_idle = idle > 0 ? idle_of(segment) / idle : 0.0;
        idle_so_far += of_idle;
        const double upto = is_last ? 1.0 : std::min(1.0, idle_so_far);
        Charge charge{segment.account, {}};
        Cost& cost = charge.cost;
        cost.wall = Seconds(segment.wall);
        cost.cpu_user = Seconds(segment.cpu * user);
        cost.cpu_sys = Seconds(segment.cpu) - cost.cpu_user;
        cost.other_threads_cpu = total.other_threads_cpu * of_wall;
        cost.children_cpu = &segment == reaping ? total.children_cpu : Seconds(0);
        if (total.core_wait.has_value()) {
            cost.core_wait = {Seconds(wait * of_idle), Source::measured};
        }
        if (gil_) {
            charge_gil(segment.gil, cost);
        }
        cost.voluntary_switches = voluntary.until(upto);
        cost.involuntary_switches = involuntary.until(upto);
        cost.major_faults = faults.until(upto);
        charges.push_back(charge);
    }
    segments_.clear();
    return charges;
}

}  // namespace advisor
