#pragma once

// Why a thread waits: its system call, and what the descriptors it waits on refer to.
//
// An event loop of asyncio waits on a pair of sockets to itself as well; an epoll with nothing but
// one local socket is therefore a sleep. A wait on a pipe is one for a child where a child of the
// thread has an end of that pipe. What a futex is for cannot be seen: a lock, a join, a queue or
// the GIL are all `lock`.

#include <advisor/domain/profile.hpp>
#include <advisor/host/file_reader.hpp>
#include <advisor/host/memory_reader.hpp>
#include <advisor/host/thread_activity.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace advisor {

struct WaitLabel {
    WaitReason reason = WaitReason::other;
    std::optional<std::uint16_t> peer_port;  ///< of a connected TCP or UDP socket
    friend bool operator==(const WaitLabel&, const WaitLabel&) = default;
};

/// What must be asked about a process besides its memory.
class ProcessView {
public:
    ProcessView() = default;
    ProcessView(const ProcessView&) = delete;
    ProcessView& operator=(const ProcessView&) = delete;
    ProcessView(ProcessView&&) = delete;
    ProcessView& operator=(ProcessView&&) = delete;
    virtual ~ProcessView() = default;

    /// "socket:[4711]", "pipe:[4712]", "/tmp/file"; empty if there is no such descriptor.
    [[nodiscard]] virtual std::string target(int descriptor) const = 0;
    /// A file below /proc/<pid>/, empty if it cannot be read.
    [[nodiscard]] virtual std::string file(const std::string& name) const = 0;
    /// Whether a descriptor of the process `child` refers to `target`, or may do so, since what it
    /// has cannot be read.
    [[nodiscard]] virtual bool has(int child, const std::string& target) const = 0;
};

class LinuxProcessView final : public ProcessView {
public:
    LinuxProcessView(int pid, FileReader files)
        : pid_(pid),
          files_(std::move(files)) {}
    [[nodiscard]] std::string target(int descriptor) const override;
    [[nodiscard]] std::string file(const std::string& name) const override;
    [[nodiscard]] bool has(int child, const std::string& target) const override;

private:
    int pid_;
    FileReader files_;
};

/// Labels the waits of one thread, whose process is behind `view` and `memory`.
class WaitLabels {
public:
    WaitLabels(const ProcessView& view, const MemoryReader& memory, int tid)
        : view_(view),
          memory_(memory),
          tid_(tid) {}

    /// `activity` is a wait, seen at `now_ns` of the monotonic clock. The same one, seen again,
    /// costs nothing but a look now and then at where its descriptors lead: they may have been
    /// closed and opened, or replaced by dup2(), between two calls that look alike.
    [[nodiscard]] WaitLabel of(const ThreadActivity& activity, std::int64_t now_ns);

private:
    friend class Labelling;

    const ProcessView& view_;
    const MemoryReader& memory_;
    int tid_;
    std::optional<ThreadActivity> last_;
    std::vector<std::pair<int, std::string>> last_targets_;  ///< of its descriptors
    std::int64_t due_ns_ = 0;                                ///< of the next look at them
    WaitLabel last_label_;
    std::map<std::string, std::uint16_t> ports_;  ///< by what a connected socket is called
};

}  // namespace advisor
