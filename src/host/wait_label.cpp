#include "advisor/host/wait_label.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "advisor/host/process_stat.hpp"

namespace advisor {

namespace {

/// No more descriptors of one wait are looked at.
constexpr std::size_t k_most_descriptors = 16;
constexpr std::size_t k_most_children = 16;

/// So long a descriptor is believed to lead where it led, times the descriptors of the wait: the
/// looks cost one readlink in this time, of about 2 us.
constexpr std::int64_t k_trust_ns = 5'000'000;

/// What a system call waits for, as far as its number tells.
enum class CallKind : std::uint8_t {
    sleep,
    descriptor,  ///< the first argument
    polled,      ///< the array that the first argument points to
    selected,    ///< the bits of two sets
    epoll,       ///< what was added to the descriptor in the first argument
    lock,
    file_control,
    child,
    disk,
    other,
};

CallKind kind_of(int call) {
    switch (call) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
#ifdef SYS_pause
    case SYS_pause:
#endif
        return CallKind::sleep;
    case SYS_read:
    case SYS_write:
    case SYS_readv:
    case SYS_writev:
    case SYS_pread64:
    case SYS_pwrite64:
    case SYS_preadv:
    case SYS_pwritev:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_sendfile:
    case SYS_splice:
    case SYS_accept:
    case SYS_accept4:
    case SYS_connect:
    case SYS_ioctl:
    case SYS_close: return CallKind::descriptor;
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll: return CallKind::polled;
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6: return CallKind::selected;
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2: return CallKind::epoll;
    case SYS_futex:
    case SYS_flock:
    case SYS_semop:
    case SYS_semtimedop: return CallKind::lock;
    case SYS_fcntl: return CallKind::file_control;
    case SYS_wait4:
    case SYS_waitid:
    case SYS_clone:  // of vfork's kind: until the child has become another program
    case SYS_clone3:
#ifdef SYS_vfork
    case SYS_vfork:
#endif
        return CallKind::child;
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_sync:
    case SYS_syncfs:
    case SYS_sync_file_range:
    case SYS_msync:
    case SYS_fallocate:
    case SYS_ftruncate:
    case SYS_truncate:
    case SYS_openat:
    case SYS_unlinkat:
    case SYS_renameat2:
    case SYS_mkdirat:
    case SYS_linkat:
    case SYS_symlinkat:
    case SYS_fchmodat:
    case SYS_newfstatat:
    case SYS_fstat:
    case SYS_statx:
    case SYS_statfs:
    case SYS_getdents64:
    case SYS_execve:
#ifdef SYS_open
    case SYS_open:
    case SYS_stat:
    case SYS_lstat:
    case SYS_access:
    case SYS_rename:
    case SYS_unlink:
    case SYS_mkdir:
    case SYS_rmdir:
    case SYS_link:
    case SYS_symlink:
    case SYS_chmod:
    case SYS_readlink:
#endif
        return CallKind::disk;
    default: return CallKind::other;
    }
}

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// Numbers after "tfd:" in /proc/<pid>/fdinfo/<n> of an epoll.
std::vector<int> epoll_members(const std::string& text) {
    std::vector<int> members;
    std::istringstream words(text);
    for (std::string word; words >> word && members.size() < k_most_descriptors;) {
        int descriptor = 0;
        if (word == "tfd:" && words >> descriptor) {
            members.push_back(descriptor);
        }
    }
    return members;
}

/// The peer's port of the socket with this inode in a table such as /proc/<pid>/net/tcp; 0: none.
std::uint16_t port_in(const std::string& table, std::string_view inode) {
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string slot;
        std::string local;
        std::string remote;
        std::string word;
        words >> slot >> local >> remote;
        // state, queues, timer, retransmissions, user, time-out, inode
        for (int i = 0; i < 7; ++i) {
            words >> word;
        }
        const std::size_t colon = remote.rfind(':');
        if (word == inode && colon != std::string::npos) {
            std::uint16_t port = 0;
            std::from_chars(remote.data() + colon + 1, remote.data() + remote.size(), port, 16);
            return port;
        }
    }
    return 0;
}

/// Of several things waited for at once, the first of these names the wait.
int precedence(const WaitLabel& label) {
    constexpr std::array<int, k_wait_reasons> k_order{
        /*sleep*/ 5, /*socket*/ 1, /*disk*/ 4, /*lock*/ 3, /*child*/ 0, /*pipe*/ 2, /*other*/ 6};
    return k_order.at(static_cast<std::size_t>(label.reason)) * 2 + (label.peer_port ? 0 : 1);
}

}  // namespace

/// One look at one wait.
class Labelling {
public:
    Labelling(WaitLabels& owner, const ThreadActivity& activity)
        : owner_(owner),
          activity_(activity) {}

    /// What it waits on, and where each of them leads; none where the call alone tells.
    [[nodiscard]] std::vector<std::pair<int, std::string>> targets() const {
        std::vector<std::pair<int, std::string>> targets;
        for (const int descriptor : descriptors()) {
            targets.emplace_back(descriptor, owner_.view_.target(descriptor));
        }
        return targets;
    }

    /// `targets` are those of above.
    [[nodiscard]] WaitLabel label(const std::vector<std::pair<int, std::string>>& targets) {
        if (activity_.kind != ThreadActivity::Kind::in_system) {
            return {is_in_device_wait() ? WaitReason::disk : WaitReason::other, {}};
        }
        switch (kind_of(activity_.call)) {
        case CallKind::sleep: return {WaitReason::sleep, {}};
        case CallKind::descriptor: return of_target(targets.front().second);
        case CallKind::polled:
        case CallKind::selected: return of_all(targets);
        case CallKind::epoll: return of_epoll(targets);
        case CallKind::lock: return {WaitReason::lock, {}};
        case CallKind::file_control:
            return targets.empty() ? WaitLabel{WaitReason::lock, {}}
                                   : of_target(targets.front().second);
        case CallKind::child: return {WaitReason::child, {}};
        case CallKind::disk: return {WaitReason::disk, {}};
        case CallKind::other: break;
        }
        return {is_in_device_wait() ? WaitReason::disk : WaitReason::other, {}};
    }

private:
    [[nodiscard]] std::vector<int> descriptors() const {
        if (activity_.kind != ThreadActivity::Kind::in_system) {
            return {};
        }
        switch (kind_of(activity_.call)) {
        case CallKind::descriptor: return {argument(0)};
        case CallKind::polled: return polled();
        case CallKind::selected: return selected();
        case CallKind::epoll:
            return epoll_members(owner_.view_.file(fmt::format("fdinfo/{}", argument(0))));
        case CallKind::file_control:
            return argument(1) == F_SETLKW || argument(1) == F_OFD_SETLKW
                       ? std::vector<int>()
                       : std::vector<int>{argument(0)};
        default: return {};
        }
    }

    [[nodiscard]] int argument(std::size_t index) const {
        return static_cast<int>(activity_.arguments.at(index) & 0xffffffffU);
    }

    /// State D: no signal can end it, which is what waiting for a device is like.
    [[nodiscard]] bool is_in_device_wait() const {
        const auto stat =
            parse_process_stat(owner_.view_.file(fmt::format("task/{}/stat", owner_.tid_)));
        return stat && stat->is_in_device_wait();
    }

    /// The other end of a pipe that a child has may be anybody's, too, but mostly is the child's.
    [[nodiscard]] bool is_of_child(const std::string& pipe) const {
        std::istringstream children(owner_.view_.file(fmt::format("task/{}/children", owner_.tid_))
        );
        int child = 0;
        for (std::size_t i = 0; i < k_most_children && children >> child; ++i) {
            if (owner_.view_.has(child, pipe)) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] WaitLabel of_target(const std::string& target) {
        if (begins_with(target, "socket:[")) {
            return of_socket(target);
        }
        if (begins_with(target, "pipe:[")) {
            return {is_of_child(target) ? WaitReason::child : WaitReason::pipe, {}};
        }
        if (target == "anon_inode:[pidfd]" || begins_with(target, "pidfd:")) {
            return {WaitReason::child, {}};
        }
        if (target == "anon_inode:[timerfd]") {
            return {WaitReason::sleep, {}};
        }
        const bool is_file = begins_with(target, "/") && !begins_with(target, "/dev/")
                             && !begins_with(target, "/proc/") && !begins_with(target, "/memfd:");
        return {is_file ? WaitReason::disk : WaitReason::other, {}};
    }

    [[nodiscard]] WaitLabel of_socket(const std::string& target) {
        if (const auto known = owner_.ports_.find(target); known != owner_.ports_.end()) {
            return {WaitReason::socket, known->second};
        }
        const std::string_view inode = std::string_view(target).substr(8, target.size() - 9);
        for (const char* table : {"net/tcp", "net/tcp6", "net/udp", "net/udp6"}) {
            if (const std::uint16_t port = port_in(owner_.view_.file(table), inode)) {
                owner_.ports_[target] = port;
                return {WaitReason::socket, port};
            }
        }
        return {WaitReason::socket, {}};
    }

    [[nodiscard]] WaitLabel of_all(const std::vector<std::pair<int, std::string>>& targets) {
        WaitLabel best{targets.empty() ? WaitReason::sleep : WaitReason::other, {}};
        for (const auto& [descriptor, target] : targets) {
            const WaitLabel label = of_target(target);
            if (precedence(label) < precedence(best)) {
                best = label;
            }
        }
        return best;
    }

    [[nodiscard]] WaitLabel of_epoll(const std::vector<std::pair<int, std::string>>& targets) {
        const WaitLabel label = of_all(targets);
        const auto is_socket = [](const std::pair<int, std::string>& each) {
            return begins_with(each.second, "socket:[");
        };
        const bool only_to_itself =
            label.reason == WaitReason::socket && !label.peer_port
            && std::count_if(targets.begin(), targets.end(), is_socket) == 1;
        return only_to_itself ? WaitLabel{WaitReason::sleep, {}} : label;
    }

    [[nodiscard]] std::vector<int> polled() const {
        std::vector<int> descriptors;
        const std::size_t count = std::min<std::size_t>(activity_.arguments[1], k_most_descriptors);
        for (std::size_t i = 0; i < count; ++i) {
            const auto entry =
                value_at<pollfd>(owner_.memory_, activity_.arguments[0] + i * sizeof(pollfd));
            descriptors.push_back(entry ? entry->fd : -1);
        }
        return descriptors;
    }

    [[nodiscard]] std::vector<int> selected() const {
        std::vector<int> descriptors;
        const int end = std::clamp(argument(0), 0, 1024);
        for (const std::size_t set : {1U, 2U}) {  // to read from, to write to
            for (int word = 0; word * 64 < end && activity_.arguments.at(set) != 0; ++word) {
                const auto bits = value_at<std::uint64_t>(
                    owner_.memory_,
                    activity_.arguments.at(set) + std::uint64_t{8} * static_cast<unsigned>(word)
                );
                for (int bit = 0; bit < 64 && descriptors.size() < k_most_descriptors; ++bit) {
                    if ((bits.value_or(0) >> static_cast<unsigned>(bit) & 1U) != 0) {
                        descriptors.push_back(word * 64 + bit);
                    }
                }
            }
        }
        return descriptors;
    }

    WaitLabels& owner_;
    const ThreadActivity& activity_;
};

WaitLabel WaitLabels::of(const ThreadActivity& activity, std::int64_t now_ns) {
    const bool is_same = last_ == activity;
    if (is_same && now_ns < due_ns_) {
        return last_label_;
    }
    Labelling look(*this, activity);
    auto targets = look.targets();
    if (!is_same || targets != last_targets_) {
        last_label_ = look.label(targets);
        last_ = activity;
        last_targets_ = std::move(targets);
    }
    const auto count = static_cast<std::int64_t>(std::max<std::size_t>(1, last_targets_.size()));
    due_ns_ = now_ns + k_trust_ns * count;
    return last_label_;
}

std::string LinuxProcessView::target(int descriptor) const {
    std::array<char, 512> text{};
    const std::string path = fmt::format("/proc/{}/fd/{}", pid_, descriptor);
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

bool LinuxProcessView::has(int child, const std::string& target) const {
    std::error_code error;
    std::filesystem::directory_iterator entry(fmt::format("/proc/{}/fd", child), error);
    if (error) {
        return error != std::errc::no_such_file_or_directory;
    }
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry->path(), gone) == target) {
            return true;
        }
    }
    return false;
}

std::string LinuxProcessView::file(const std::string& name) const {
    return files_.read(fmt::format("/proc/{}/{}", pid_, name)).value_or("");
}

}  // namespace advisor
