#pragma once

// Runs one child process at a time and owns everything that comes of it.
//
// The child is the leader of its own process group. Signals that reach us (INT, TERM, HUP, QUIT,
// TSTP) go on to that group; a second INT, or 10 s without an end after a signal, is a KILL. On a
// terminal the group is in the foreground, so that ^C, ^Z and a debugger work as without us. This
// process becomes the reaper of orphans: when the child has ended, what it left behind gets one
// second to end by itself, is then killed, and is counted. Where this process is killed itself, a
// guard ends the group and all that carries the run's id in its environment.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace advisor {

enum class Stream : std::uint8_t {
    inherit,      ///< ours
    to_stderr,    ///< our standard error
    capture,      ///< kept, up to the last `capture_limit` bytes
    with_output,  ///< standard error only: where standard output goes
    discard,      ///< /dev/null; of standard input: at its end
};

/// An entry of a variable like PATH, before or after those that it has. The variable's own value
/// goes, where there is one, under another name, so that the child can put it back.
struct PathEntry {
    enum class At : std::uint8_t { front, back };
    std::string variable;
    std::string path;
    std::string keep_as;
    At at = At::front;
};

struct ProcessSpec {
    std::vector<std::string> argv;  ///< argv[0] is looked up on PATH if it has no slash
    std::string directory;          ///< empty: ours
    /// Set, or unset where there is no value, on top of our own environment.
    std::vector<std::pair<std::string, std::optional<std::string>>> environment;
    std::vector<PathEntry> path_entries;
    Stream input = Stream::inherit;
    Stream output = Stream::inherit;
    Stream error = Stream::inherit;
    Bytes capture_limit{1 << 20};
    Seconds deadline;   ///< from exec; then it is asked to end. Zero: none
    Seconds grace{10};  ///< between asking it to end, by whatever signal, and KILL
};

struct ProcessEnd {
    std::optional<int> exit_code;
    std::optional<int> signal;     ///< that ended it, if it did not exit
    std::optional<int> forwarded;  ///< the first signal that we passed on to it
    bool timed_out = false;        ///< the deadline passed
    std::int64_t exec_ns = 0;      ///< monotonic_ns() just before exec
    std::int64_t exit_ns = 0;      ///< when its end was seen
    Seconds stopped;               ///< time between a stop and the continuation, in all
    Seconds cpu_user;              ///< of the child and all that was reaped, as the next
    Seconds cpu_sys;
    Bytes peak_rss;  ///< of the largest process among them
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    std::int64_t major_faults = 0;
    std::string schedstat;  ///< of its first thread, when that had ended; empty: not to be had
    /// Command lines of the processes that were still there a second after its end, and were
    /// killed.
    std::vector<std::string> left_behind;
    std::string output;  ///< where captured
    std::string error;

    [[nodiscard]] Seconds cpu() const { return cpu_user + cpu_sys; }
    [[nodiscard]] Seconds wall() const;  ///< from exec to exit, less `stopped`
};

/// What the caller wants to do meanwhile. Both may be empty.
struct ProcessWatch {
    std::function<void(int pid)> before_exec;    ///< the child exists and waits for its exec
    std::function<void(int pid)> while_running;  ///< about every 10 ms, and once after the end
};

class ProcessLauncher {
public:
    ProcessLauncher() = default;
    ProcessLauncher(const ProcessLauncher&) = delete;
    ProcessLauncher& operator=(const ProcessLauncher&) = delete;
    ProcessLauncher(ProcessLauncher&&) = delete;
    ProcessLauncher& operator=(ProcessLauncher&&) = delete;
    virtual ~ProcessLauncher() = default;

    /// An error only if the child could not be started (`environment`).
    [[nodiscard]] virtual Result<ProcessEnd>
    run(const ProcessSpec& spec, const ProcessWatch& watch) = 0;
};

class LinuxLauncher final : public ProcessLauncher {
public:
    [[nodiscard]] Result<ProcessEnd>
    run(const ProcessSpec& spec, const ProcessWatch& watch) override;
};

/// Raises this process's limit of open descriptors, which children inherit, to at least `wanted`
/// within the hard limit, and returns what it is then.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

/// To one process; nothing happens if it is gone.
void send_signal(int pid, int signal);

}  // namespace advisor
