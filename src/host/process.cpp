#include "advisor/host/process.hpp"

#include <advisor/base/assert.hpp>
#include <advisor/host/clock.hpp>
#include <advisor/host/file_reader.hpp>
#include <advisor/host/guard.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "host/orphans.hpp"
#include "host/signal_scope.hpp"
#include "host/spawn.hpp"
#include "host/terminal.hpp"

namespace advisor {

namespace {

/// Of the child's environment: tells its processes wherever they went.
constexpr const char* k_run_id = "ADVISOR_RUN_ID";
/// Between two looks at a child; the short one while it writes much.
constexpr int k_tick_ms = 10;
constexpr int k_short_tick_ms = 1;
/// Of what a pipe holds then, in a tick.
constexpr std::size_t k_much_bytes = std::size_t{64} << 10;
/// Where a pipe may be so large, what a child writes does not end a wait: it would pay for our
/// waking up with each piece (measured: 34 us of an empty test of pytest, which writes a dot, where
/// recording it takes 12). A user who has many pipes gets small ones, which soon are full.
constexpr int k_roomy_bytes = 1 << 20;

Seconds seconds_of(const timeval& time) {
    return Seconds(static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6);
}

rusage usage_of_children() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return usage;
}

/// One run of one child, from its release to its end.
class Supervision {
public:
    Supervision(const ProcessSpec& spec, const ProcessWatch& watch, Spawned child)
        : spec_(spec),
          watch_(watch),
          child_(std::move(child)) {
        for (const Descriptor* pipe : {&child_.output, &child_.error}) {
            if (pipe->is_open()) {
                ::fcntl(pipe->get(), F_SETFL, O_NONBLOCK);
                ::fcntl(pipe->get(), F_SETPIPE_SZ, k_roomy_bytes);
                roomy_ = roomy_ && ::fcntl(pipe->get(), F_GETPIPE_SZ) >= k_roomy_bytes;
            }
        }
    }

    ProcessEnd run(const SignalScope& signals, TerminalLease& terminal) {
        end_.exec_ns = monotonic_ns();
        terminal.give_to(child_.pid);
        while (!ended_) {
            wait_a_tick(signals);
            while (const auto signal = signals.next()) {
                take(*signal);
            }
            drain();
            look_at_child(terminal);
            reap_orphans(child_.pid);
            enforce_deadlines();
            if (watch_.while_running) {
                watch_.while_running(child_.pid);
            }
        }
        terminal.take_back();
        // Who still writes must not be stopped by a full pipe.
        end_.left_behind = end_orphans(child_.pid, [this] { drain(); });
        drain();
        return std::move(end_);
    }

private:
    void wait_a_tick(const SignalScope& signals) const {
        std::array<pollfd, 3> sources{
            pollfd{signals.descriptor(), POLLIN, 0},
            pollfd{child_.output.get(), POLLIN, 0},  // poll() skips a descriptor of -1
            pollfd{child_.error.get(), POLLIN, 0}};
        const nfds_t count = roomy_ ? 1 : sources.size();
        ::poll(sources.data(), count, writes_much_ ? k_short_tick_ms : k_tick_ms);
    }

    void take(int signal) {
        if (signal == SIGCHLD) {
            return;
        }
        if (signal == SIGTSTP) {
            ::kill(-child_.pid, SIGTSTP);  // its stop is seen below, and ours follows
            asked_to_stop_ = true;
            return;
        }
        if (signal == SIGINT && end_.forwarded == SIGINT) {
            kill_deadline_ns_ = monotonic_ns();
            return;
        }
        end_.forwarded = end_.forwarded.value_or(signal);
        ask_to_end(signal);
    }

    /// Who is asked again is given no more time for it; and who was stopped goes on, as it would
    /// not hear else.
    void ask_to_end(int signal) {
        ::kill(-child_.pid, signal);
        ::kill(-child_.pid, SIGCONT);
        if (kill_deadline_ns_ == 0) {
            kill_deadline_ns_ =
                monotonic_ns() + static_cast<std::int64_t>(spec_.grace.value() * 1e9);
        }
    }

    /// Before it is waited for, and with that out of /proc.
    void read_schedstat() {
        siginfo_t ended{};
        if (::waitid(P_PID, static_cast<id_t>(child_.pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0
            && ended.si_pid == child_.pid) {
            const auto text = FileReader().read(fmt::format("/proc/{}/schedstat", child_.pid));
            end_.schedstat = text.value_or("");
        }
    }

    void look_at_child(TerminalLease& terminal) {
        read_schedstat();
        int status = 0;
        rusage usage{};
        const int pid = ::wait4(child_.pid, &status, WNOHANG | WUNTRACED, &usage);
        if (pid == 0 || (pid < 0 && errno == EINTR)) {
            return;
        }
        ADVISOR_ASSERT(pid == child_.pid, "nobody else may reap the child");
        if (WIFSTOPPED(status)) {
            stop_with_it(terminal, WSTOPSIG(status));
            return;
        }
        end_.exit_ns = monotonic_ns();
        end_.peak_rss = Bytes(usage.ru_maxrss * 1024);
        if (WIFEXITED(status)) {
            end_.exit_code = WEXITSTATUS(status);
        } else {
            end_.signal = WTERMSIG(status);
        }
        ended_ = true;
    }

    /// A ^Z stops us too, so that the shell gets its terminal back; both continue together. A stop
    /// that the suite gave to itself is left to the deadline and to the user.
    void stop_with_it(TerminalLease& terminal, int signal) {
        const bool by_terminal = signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
        if (!by_terminal || (!terminal.is_held() && !asked_to_stop_)) {
            return;
        }
        asked_to_stop_ = false;
        const std::int64_t from = monotonic_ns();
        terminal.take_back();
        ::raise(SIGSTOP);
        terminal.give_to(child_.pid);
        ::kill(-child_.pid, SIGCONT);
        const std::int64_t away = monotonic_ns() - from;
        stopped_ns_ += away;
        end_.stopped = between_ns(0, stopped_ns_);
        if (kill_deadline_ns_ > 0) {
            kill_deadline_ns_ += away;
        }
    }

    void enforce_deadlines() {
        const std::int64_t now = monotonic_ns();
        const Seconds running = between_ns(end_.exec_ns, now - stopped_ns_);
        if (spec_.deadline > Seconds(0) && running > spec_.deadline && !end_.timed_out) {
            end_.timed_out = true;
            ask_to_end(SIGTERM);
        }
        if (kill_deadline_ns_ > 0 && now >= kill_deadline_ns_ && !ended_) {
            ::kill(-child_.pid, SIGKILL);
        }
    }

    void drain() {
        writes_much_ =
            keep(child_.output, end_.output) + keep(child_.error, end_.error) >= k_much_bytes;
    }

    /// Reads what is there and keeps the last bytes of all; returns how many there were.
    std::size_t keep(Descriptor& pipe, std::string& text) const {
        std::array<char, 65536> block{};
        std::size_t total = 0;
        // A child that writes without end must not keep us from looking at it.
        for (int blocks = 0; pipe.is_open() && blocks < 64; ++blocks) {
            const ssize_t count = ::read(pipe.get(), block.data(), block.size());
            if (count > 0) {
                text.append(block.data(), static_cast<std::size_t>(count));
                total += static_cast<std::size_t>(count);
                const auto limit = static_cast<std::size_t>(spec_.capture_limit.value());
                if (text.size() > 2 * limit) {
                    text.erase(0, text.size() - limit);
                }
                continue;
            }
            if (count == 0) {
                pipe.close();
            }
            if (count < 0 && errno == EINTR) {
                continue;
            }
            break;
        }
        return total;
    }

    const ProcessSpec& spec_;
    const ProcessWatch& watch_;
    Spawned child_;
    ProcessEnd end_;
    bool ended_ = false;
    bool asked_to_stop_ = false;
    bool roomy_ = true;  ///< all pipes hold k_roomy_bytes
    bool writes_much_ = false;
    std::int64_t stopped_ns_ = 0;
    std::int64_t kill_deadline_ns_ = 0;  ///< 0: none
};

void account(ProcessEnd& end, const rusage& before, const rusage& after) {
    end.cpu_user = seconds_of(after.ru_utime) - seconds_of(before.ru_utime);
    end.cpu_sys = seconds_of(after.ru_stime) - seconds_of(before.ru_stime);
    end.major_faults = after.ru_majflt - before.ru_majflt;
    end.voluntary_switches = after.ru_nvcsw - before.ru_nvcsw;
    end.involuntary_switches = after.ru_nivcsw - before.ru_nivcsw;
}

/// A recording of a suite of two tests succeeds with 19, and pytest's own collection fails with 18
/// (measured); counters of a PMU take some more.
Status has_descriptors(const std::string& program) {
    constexpr rlim_t k_least = 32;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= k_least) {
        return {};
    }
    return fail(
        ErrorKind::environment,
        fmt::format("cannot start '{}'", program),
        fmt::format("only {} files may be open at once, and it takes {}", limit.rlim_cur, k_least),
        "raise the limit: ulimit -n 1024"
    );
}

void trim(std::string& text, Bytes limit) {
    const auto most = static_cast<std::size_t>(limit.value());
    if (text.size() > most) {
        text.erase(0, text.size() - most);
    }
}

}  // namespace

Seconds ProcessEnd::wall() const {
    return std::max(Seconds(0), between_ns(exec_ns, exit_ns) - stopped);
}

std::uint64_t raise_descriptor_limit(std::uint64_t wanted) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

void send_signal(int pid, int signal) {
    ADVISOR_ASSERT(pid > 0, "a signal is for one process");
    ::kill(pid, signal);
}

Result<ProcessEnd> LinuxLauncher::run(const ProcessSpec& spec, const ProcessWatch& watch) {
    ADVISOR_ASSERT(!spec.argv.empty(), "a process has a program");
    if (const Status enough = has_descriptors(spec.argv.front()); !enough) {
        return tl::unexpected(enough.error());
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::string run_id = fmt::format("{}-{}", ::getpid(), monotonic_ns());
    const Guard guard([&](int process_group) {
        end_tagged(fmt::format("{}={}", k_run_id, run_id), process_group);
    });
    const rusage before = usage_of_children();
    const SignalScope signals;
    TerminalLease terminal;
    ProcessSpec tagged = spec;
    tagged.environment.emplace_back(k_run_id, run_id);
    auto child = spawn(tagged, signals.outer_mask());
    if (!child) {
        return tl::unexpected(child.error());
    }
    guard.tell(child->pid);
    if (watch.before_exec) {
        watch.before_exec(child->pid);
    }
    const std::int64_t released_ns = monotonic_ns();
    if (const Status started = release(*child, spec); !started) {
        return tl::unexpected(started.error());
    }
    ProcessEnd end = Supervision(spec, watch, std::move(*child)).run(signals, terminal);
    end.exec_ns = released_ns;
    account(end, before, usage_of_children());
    trim(end.output, spec.capture_limit);
    trim(end.error, spec.capture_limit);
    if (watch.while_running) {
        watch.while_running(0);
    }
    return end;
}

}  // namespace advisor
