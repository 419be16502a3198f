#include "execute/watch.hpp"

#include <advisor/host/clock.hpp>
#include <advisor/host/process.hpp>
#include <advisor/store/files.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace advisor {

namespace {

constexpr double k_times_profiled = 40;
constexpr Seconds k_least_stall{60};
constexpr Seconds k_exit_patience{30};
constexpr Seconds k_time_to_dump{0.5};
constexpr Seconds k_longest_look{1};  ///< more between two looks means that we were stopped
constexpr Bytes k_longest_stacks{64 << 10};

/// advisor_journal.py answers it with the stacks of its process.
int dump_signal() {
    return SIGRTMAX - 1;
}

}  // namespace

RunWatch::RunWatch(std::string directory, Patience patience)
    : directory_(std::move(directory)),
      patience_(std::move(patience)),
      file_(directory_ + "/journal", std::ios::binary),
      looked_ns_(monotonic_ns()) {}

void RunWatch::look(int child) {
    const std::int64_t now = monotonic_ns();
    passed_ += std::min(between_ns(looked_ns_, now), k_longest_look);
    looked_ns_ = now;
    read();
    if (child > 0) {
        check_tests();
        check_exit(child);
        check_deadline();
        execute_sentences();
    }
}

void RunWatch::read() {
    std::array<char, 65536> block{};
    const std::size_t known = journal_.events.size();
    do {
        file_.clear();  // the end of a file that grows is no end
        file_.read(block.data(), block.size());
        unread_.append(block.data(), static_cast<std::size_t>(file_.gcount()));
    } while (file_.gcount() == static_cast<std::streamsize>(block.size()));
    unread_.erase(0, read_on(journal_, unread_));
    for (std::size_t i = known; i < journal_.events.size(); ++i) {
        note(journal_.events[i]);
    }
}

void RunWatch::note(const JournalEvent& event) {
    if (event.pid > 0) {
        pids_[event.by] = static_cast<int>(event.pid);
    }
    if (event.event == "start") {
        running_[event.by] = {event.id, passed_};
    } else if (event.event == "ran" || event.event == "final") {
        const auto running = running_.find(event.event == "ran" ? event.by : event.worker);
        if (running != running_.end() && running->second.id == event.id) {
            running_.erase(running);
        }
    } else if (event.event == "down") {
        running_.erase(event.worker);
        pids_.erase(event.worker);
    } else if (event.event == "finished" && event.by.empty()) {
        finished_ = passed_;
    }
}

Seconds RunWatch::limit_of(const std::string& id) const {
    if (patience_.stall > Seconds(0)) {
        return patience_.stall;
    }
    const auto profiled = patience_.profiled.find(id);
    return profiled == patience_.profiled.end()
               ? Seconds(0)
               : std::max(k_least_stall, profiled->second * k_times_profiled);
}

void RunWatch::check_tests() {
    std::vector<std::string> stalled;
    for (const auto& [worker, running] : running_) {
        const Seconds limit = limit_of(running.id);
        if (limit > Seconds(0) && passed_ - running.since > limit) {
            stalled.push_back(worker);
        }
    }
    for (const std::string& worker : stalled) {
        condemn(worker);
    }
}

Stall RunWatch::stall_of(const std::string& worker, const Running& running) const {
    Stall stall;
    stall.id = running.id;
    stall.worker = worker;
    stall.after = passed_ - running.since;
    if (const auto known = patience_.profiled.find(stall.id); known != patience_.profiled.end()) {
        stall.profiled = known->second;
    }
    return stall;
}

/// Asks for the stacks of the process that runs the worker's test.
std::optional<RunWatch::Asked> RunWatch::ask(const std::string& worker) {
    const auto running = running_.find(worker);
    const auto pid = pids_.find(worker);
    if (running == running_.end() || pid == pids_.end()) {
        return std::nullopt;
    }
    const Asked asked{stall_of(worker, running->second), pid->second, running->second.since};
    send_signal(asked.pid, dump_signal());
    return asked;
}

void RunWatch::condemn(const std::string& worker) {
    if (auto asked = ask(worker)) {
        condemned_.push_back({asked->pid, passed_ + k_time_to_dump});
        stalls_.push_back(std::move(*asked));
    }
    running_.erase(worker);
}

void RunWatch::check_exit(int child) {
    const Seconds patience = patience_.stall > Seconds(0) ? patience_.stall : k_exit_patience;
    if (finished_ > Seconds(0) && !ended_at_exit_ && passed_ - finished_ > patience) {
        ended_at_exit_ = true;
        condemned_.push_back({child, passed_});
    }
}

void RunWatch::check_deadline() {
    const bool is_near =
        patience_.deadline > Seconds(0) && passed_ + k_time_to_dump > patience_.deadline;
    if (!is_near || deadline_seen_) {
        return;
    }
    deadline_seen_ = true;
    for (const auto& [worker, running] : running_) {
        if (auto asked = ask(worker)) {
            near_deadline_.push_back(std::move(*asked));
        }
    }
}

void RunWatch::execute_sentences() {
    for (const Condemned& condemned : condemned_) {
        if (condemned.at <= passed_) {
            send_signal(condemned.pid, SIGKILL);
        }
    }
    const Seconds now = passed_;
    std::erase_if(condemned_, [now](const Condemned& each) { return each.at <= now; });
}

std::vector<Stall> RunWatch::at_deadline() const {
    std::vector<Asked> running;
    for (const auto& entry : running_) {
        const std::string& worker = entry.first;
        const Running& now = entry.second;
        const auto asked =
            std::find_if(near_deadline_.begin(), near_deadline_.end(), [&](const Asked& each) {
                return each.stall.worker == worker && each.since == now.since;
            });
        // One that began after stacks were asked for has none.
        running.push_back(
            asked != near_deadline_.end() ? *asked : Asked{stall_of(worker, now), 0, now.since}
        );
    }
    return with_stacks(running);
}

std::vector<Stall> RunWatch::with_stacks(const std::vector<Asked>& asked) const {
    std::vector<Stall> stalls;
    for (const Asked& each : asked) {
        stalls.push_back(each.stall);
        const std::string path = fmt::format("{}/stacks-{}", directory_, each.pid);
        stalls.back().stacks = read_file(path, k_longest_stacks).value_or("");
    }
    return stalls;
}

}  // namespace advisor
