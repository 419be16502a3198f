#include "measure/sampler.hpp"

#include <advisor/host/clock.hpp>
#include <advisor/host/gil.hpp>
#include <advisor/host/process_stat.hpp>
#include <advisor/host/promptness.hpp>
#include <advisor/host/switch_records.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "measure/gil_self_test.hpp"
#include "measure/pace.hpp"
#include "measure/sampling_schedule.hpp"
#include "measure/wait_intervals.hpp"

namespace advisor {

namespace {

using std::chrono::nanoseconds;

/// A later sample is none: it is likely of a moment when the suite let go of a core, see
/// promptness.hpp. Most come 0.02 to 0.05 ms late, and those of such moments 0.4 to 3 ms
/// (measured).
constexpr std::int64_t k_latest_ns = 300'000;

/// Between two looks at what child processes use.
constexpr std::int64_t k_children_shortest_ns = 50'000'000;
constexpr std::int64_t k_children_longest_ns = 100'000'000;

void sleep_until(std::int64_t instant_ns) {
    const std::int64_t now_ns = monotonic_ns();
    if (instant_ns > now_ns) {
        std::this_thread::sleep_for(nanoseconds(instant_ns - now_ns));
    }
}

/// The sampling of one process, from the appearance of the recorder to its end.
class Watch {
public:
    Watch(
        const SharedRing& ring,
        const FileReader& files,
        const std::string& version,
        GilReading reading,
        CountReader& counts,
        SampleLog& log
    )
        : ring_(ring),
          writer_(ring.writer()),
          memory_(writer_.pid),
          view_(writer_.pid, files),
          thread_(writer_.pid, writer_.tid),
          labels_(view_, memory_, writer_.tid),
          test_(writer_.tid),
          switches_(SwitchRecords::open(writer_.tid)),
          intervals_(log.samples),
          counts_(counts),
          log_(log) {
        if (reading == GilReading::none) {
            no_gil_because_ = "it was not asked for";
        } else if (auto gil = Gil::find(memory_, view_.file("maps"), version, writer_.tid)) {
            gil_ = *gil;
        } else {
            no_gil_because_ = gil.error().because;
        }
        if (!gil_) {
            ring_.saw(RingMoment::none);  // the recorder need not show anything
        }
    }

    void run(const std::stop_token& stop) {
        if (!thread_.now()) {
            log_.no_waits_because =
                view_.file("stat").empty()
                    ? "the suite ended at once"
                    : "/proc/<pid>/task/<tid>/syscall of a child cannot be read on this machine";
            return;
        }
        log_.no_switches_because = switches_ ? "" : switches_.error().because;
        make_thread_prompt();
        const std::int64_t begin_ns = monotonic_ns();
        const std::int64_t begin_cpu_ns = thread_cpu_ns();
        SamplingSchedule schedule(begin_ns, begin_cpu_ns);
        bool goes_on = true;
        while (goes_on && !stop.stop_requested()) {
            const std::int64_t due_ns = schedule.next(monotonic_ns(), thread_cpu_ns());
            sleep_until(due_ns);
            goes_on = take(due_ns);
            if (switches_) {
                intervals_.take(switches_->drain());
            }
            if (children_.is_due(monotonic_ns())) {
                look_at_children();
            }
            counts_.look(monotonic_ns());
            if (gil_ && ring_.moment() != RingMoment::none) {
                test_gil(stop);
                schedule.leave_out(thread_cpu_ns());
            }
        }
        look_at_children();  // those that have been waited for since are charged to who did
        log_.elapsed = between_ns(begin_ns, monotonic_ns());
        log_.cpu = between_ns(begin_cpu_ns, thread_cpu_ns());
        log_.no_gil_because = gil_ ? why_no_gil() : no_gil_because_;
    }

private:
    /// False if the process is gone.
    bool take(std::int64_t due_ns) {
        Sample sample;
        sample.at_ns = monotonic_ns();
        const auto used = process_cpu_ns(writer_.pid);
        if (gil_) {
            const auto held = gil_->is_held();
            sample.gil = !held ? GilState::unknown : *held ? GilState::held : GilState::free;
        }
        sample.on_core = process_cpu_ns(writer_.pid) > used;
        const std::int64_t looked_ns = monotonic_ns();
        const auto activity = thread_.now();
        const std::int64_t seen_ns = monotonic_ns();
        if (!activity) {
            forget_if_it_lives();
            return false;
        }
        if (activity->kind != ThreadActivity::Kind::runnable) {
            sample.wait = labels_.of(*activity, sample.at_ns);
        }
        const std::int64_t late_ns = sample.at_ns - due_ns;
        if (late_ns > k_latest_ns) {
            ++log_.late;
        } else {
            log_.lateness += between_ns(due_ns, sample.at_ns);
            log_.samples.push_back(sample);
            if (sample.wait) {
                intervals_.expect(looked_ns, seen_ns);
            }
        }
        return true;
    }

    /// A process that has changed its user, or does not want to be dumped, hides what it does; what
    /// it did until then tells nothing of the rest.
    void forget_if_it_lives() {
        const auto stat = parse_process_stat(view_.file(fmt::format("task/{}/stat", writer_.tid)));
        if (stat && !stat->has_ended()) {
            log_.samples.clear();
            log_.no_waits_because = "the suite began to hide what it does, as a process that "
                                    "changes its user does";
        }
    }

    void look_at_children() {
        ChildrenReading reading{monotonic_ns(), {}};
        const std::int64_t used_ns = thread_cpu_ns();
        std::vector<ChildrenReading>& log = log_.children;
        reading.processes = log.empty() ? descendants_of(writer_.pid)
                                        : descendants_of(writer_.pid, log.back().processes);
        children_.did(reading.at_ns, thread_cpu_ns() - used_ns);
        const bool still_none =
            reading.processes.empty() && !log.empty() && log.back().processes.empty();
        still_none ? void(log.back() = reading) : log.push_back(std::move(reading));
    }

    /// The recorder waits meanwhile, a second at most for each moment.
    void test_gil(const std::stop_token& stop) {
        for (RingMoment moment = ring_.moment();
             moment != RingMoment::none && !test_.is_over() && !stop.stop_requested();
             moment = ring_.moment()) {
            const auto held = gil_->is_held();
            const auto holder = gil_->last_holder();
            if (!thread_.now()) {
                return;
            }
            if (ring_.moment() == moment) {
                test_.take(moment, held, holder);
            }
            if (const RingMoment seen = test_.seen(); seen != RingMoment::none) {
                ring_.saw(seen);
            }
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }

    [[nodiscard]] std::string why_no_gil() const {
        const std::string failed = test_.why_not();
        return failed.empty() ? "" : "the self-test of reading it failed: " + failed;
    }

    const SharedRing& ring_;
    SharedRing::Writer writer_;
    ProcessMemory memory_;
    LinuxProcessView view_;
    ThreadWatch thread_;
    WaitLabels labels_;
    std::optional<Gil> gil_;
    GilSelfTest test_;
    Result<SwitchRecords> switches_;
    WaitIntervals intervals_;
    std::string no_gil_because_;
    Pace children_{k_children_shortest_ns, k_children_longest_ns};
    CountReader& counts_;
    SampleLog& log_;
};

}  // namespace

Sampler::Sampler(const SharedRing& ring, FileReader files, std::string version, GilReading gil)
    : ring_(ring),
      files_(std::move(files)),
      version_(std::move(version)),
      gil_(gil) {
    ring_.saw(RingMoment::watching);
}

void Sampler::start(const Counting* counting) {
    counting_ = counting;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

SampleLog Sampler::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    return std::move(log_);
}

void Sampler::run(const std::stop_token& stop) {
    CountReader counts(counting_, log_.counts);
    watch(stop, counts);
    ring_.saw(RingMoment::none);
    while (counts.counts() && !stop.stop_requested()) {
        counts.look(monotonic_ns());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    counts.read(monotonic_ns());
}

void Sampler::watch(const std::stop_token& stop, CountReader& counts) {
    log_.no_gil_because = log_.no_waits_because = "the recorder never came to life";
    while (ring_.writer().pid == 0 && !stop.stop_requested()) {
        counts.look(monotonic_ns());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (ring_.writer().pid != 0) {
        log_.no_gil_because.clear();
        log_.no_waits_because.clear();
        Watch(ring_, files_, version_, gil_, counts, log_).run(stop);
    }
}

}  // namespace advisor
