#include "host/orphans.hpp"

#include <advisor/host/clock.hpp>
#include <advisor/host/file_reader.hpp>
#include <advisor/host/process_stat.hpp>

#include <fmt/format.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace advisor {

namespace {

constexpr std::int64_t k_patience_ns = 1'000'000'000;
constexpr int k_pause_ms = 2;
constexpr std::int64_t k_pause_ns = 2'000'000;
constexpr int k_pause_for_others_ms = 20;  ///< a fork may outrun one look at /proc

/// Empty where the process is gone, be it after the file was opened.
std::string text_of(const std::filesystem::path& path) {
    return FileReader().read(path).value_or("");
}

/// -1 where there is no such process.
int parent_of(const std::filesystem::path& process) {
    const auto stat = parse_process_stat(text_of(process / "stat"));
    return stat ? stat->parent : -1;
}

/// Its words, cut off where they are many; "[name]" where it has none, as what has ended already.
std::string command_of(int pid) {
    constexpr std::size_t k_most = 200;
    const std::filesystem::path process = fmt::format("/proc/{}", pid);
    std::string words = text_of(process / "cmdline");
    words.erase(words.find_last_not_of('\0') + 1);
    std::replace(words.begin(), words.end(), '\0', ' ');
    if (words.size() > k_most) {
        words = words.substr(0, k_most) + "...";
    }
    if (words.empty()) {
        words = text_of(process / "comm");
        words = fmt::format("[{}]", words.substr(0, words.find('\n')));
    }
    return words;
}

/// The processes of which `is_wanted`, given their directory in /proc, is true.
template <typename Predicate>
std::vector<int> processes_where(const Predicate& is_wanted) {
    std::vector<int> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        int pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc() && *end == '\0' && is_wanted(entry.path())) {
            found.push_back(pid);
        }
    }
    return found;
}

std::vector<int> children_of_this_process() {
    return processes_where([self = ::getpid()](const std::filesystem::path& process) {
        return parent_of(process) == self;
    });
}

/// Reaps what has ended; false if no child is left at all.
bool reap() {
    while (true) {
        const int pid = ::waitpid(-1, nullptr, WNOHANG);
        if (pid == 0) {
            return true;
        }
        if (pid < 0 && errno != EINTR) {
            return false;
        }
    }
}

/// Reaps until no child is left (true) or the time is over.
bool all_ended_before(std::int64_t deadline, const std::function<void()>& meanwhile) {
    while (reap()) {
        if (monotonic_ns() >= deadline) {
            return false;
        }
        ::poll(nullptr, 0, k_pause_ms);
        meanwhile();
    }
    return true;
}

}  // namespace

void reap_orphans(int child) {
    while (true) {
        siginfo_t ended{};
        // Looks first: to wait for any child could reap this one.
        if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0
            || ended.si_pid == child) {
            return;
        }
        ::waitpid(ended.si_pid, nullptr, WNOHANG);
    }
}

std::vector<std::string> end_orphans(int process_group, const std::function<void()>& meanwhile) {
    if (all_ended_before(monotonic_ns() + k_patience_ns, meanwhile)) {
        return {};
    }
    std::map<int, std::string> killed;
    const auto children = [&] {
        std::vector<int> found = children_of_this_process();
        for (const int pid : found) {
            killed.try_emplace(pid, command_of(pid));
        }
        return found;
    };
    children();  // before the kill: what was killed has no command line
    const std::int64_t deadline = monotonic_ns() + k_patience_ns;
    ::kill(-process_group, SIGKILL);
    do {
        for (const int pid : children()) {
            ::kill(pid, SIGKILL);
        }
    } while (!all_ended_before(monotonic_ns() + k_pause_ns, meanwhile) && monotonic_ns() < deadline
    );
    std::vector<std::string> commands;
    commands.reserve(killed.size());
    for (auto& [pid, command] : killed) {
        commands.push_back(std::move(command));
    }
    return commands;
}

void end_tagged(const std::string& tag, int process_group) {
    if (process_group > 0) {
        ::kill(-process_group, SIGKILL);
    }
    const auto carries_tag = [&](const std::filesystem::path& process) {
        return text_of(process / "environ").find(tag) != std::string::npos;
    };
    const std::int64_t deadline = monotonic_ns() + k_patience_ns;
    while (monotonic_ns() < deadline) {
        const std::vector<int> found = processes_where(carries_tag);
        if (found.empty()) {
            return;
        }
        for (const int pid : found) {
            ::kill(pid, SIGKILL);
        }
        ::poll(nullptr, 0, k_pause_for_others_ms);
    }
}

}  // namespace advisor
