#pragma once

#include <optional>
#include <string_view>

namespace advisor {

/// How /proc/<pid>/stat begins, or that of a thread.
struct ProcessStat {
    char state = '\0';  ///< 'R', 'S', 'D' and so on, as proc(5) lists them
    int parent = 0;     ///< the process id

    [[nodiscard]] bool has_ended() const { return state == 'Z' || state == 'X'; }
    [[nodiscard]] bool is_in_device_wait() const { return state == 'D'; }
};

/// Of "pid (comm) state ppid ...", where comm may hold anything; nothing for a text that is none.
[[nodiscard]] std::optional<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace advisor
