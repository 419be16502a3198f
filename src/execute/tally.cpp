#include "execute/tally.hpp"

#include <advisor/host/clock.hpp>

#include <algorithm>
#include <set>

namespace advisor {

namespace {

/// How often each id was collected and how often it came to an end: ids may repeat.
struct Balance {
    std::int64_t collected = 0;
    std::int64_t final = 0;
};

Conservation conservation_of(const std::map<std::string, Balance>& balances) {
    Conservation conservation;
    for (const auto& [id, balance] : balances) {
        conservation.collected += static_cast<std::uint64_t>(balance.collected);
        conservation.final +=
            static_cast<std::uint64_t>(std::min(balance.collected, balance.final));
        if (balance.final < balance.collected) {
            conservation.lost.push_back(id);
        } else if (balance.final > balance.collected) {
            conservation.duplicated.push_back(id);
        }
    }
    return conservation;
}

class WorkerUses {
public:
    explicit WorkerUses(std::int64_t exec_ns)
        : exec_ns_(exec_ns) {}

    void ready(const JournalEvent& event) {
        of(event.worker).boot = {
            std::max(Seconds(0), between_ns(exec_ns_, event.ns)), Source::measured};
    }

    void ran(const JournalEvent& event) {
        WorkerUse& worker = of(event.worker);
        ++worker.tests;
        Seconds busy = worker.busy.value_or(Seconds(0));
        for (const JournalPhase& phase : event.phases) {
            busy += phase.duration;
        }
        worker.busy = {busy, Source::measured};
    }

    [[nodiscard]] std::vector<WorkerUse> in_order() && { return std::move(uses_); }

private:
    WorkerUse& of(const std::string& name) {
        const auto found = std::find_if(uses_.begin(), uses_.end(), [&](const WorkerUse& use) {
            return use.name == name;
        });
        if (found != uses_.end()) {
            return *found;
        }
        uses_.push_back({name, {}, {}, 0});
        return uses_.back();
    }

    std::int64_t exec_ns_;
    std::vector<WorkerUse> uses_;
};

bool any(const std::vector<JournalPhase>& phases, std::string_view when, std::string_view outcome) {
    return std::any_of(phases.begin(), phases.end(), [&](const JournalPhase& phase) {
        return phase.when == when && phase.outcome == outcome;
    });
}

}  // namespace

std::string final_outcome(const std::vector<JournalPhase>& phases) {
    if (any(phases, "call", "failed") || any(phases, "???", "failed")) {
        return "failed";
    }
    if (any(phases, "setup", "failed") || any(phases, "teardown", "failed")) {
        return "error";
    }
    for (const JournalPhase& phase : phases) {
        if (phase.outcome == "skipped" && !phase.subtest) {
            return phase.was_xfail ? "xfailed" : "skipped";
        }
    }
    for (const JournalPhase& phase : phases) {
        if (phase.when == "call" && phase.outcome == "passed" && phase.was_xfail) {
            return "xpassed";
        }
    }
    return "passed";
}

Tally tally(const Journal& journal, std::int64_t exec_ns) {
    Tally result;
    std::map<std::string, Balance> balances;
    WorkerUses workers(exec_ns);
    for (const JournalEvent& event : journal.events) {
        const bool by_controller = event.by.empty();
        if (event.event == "session" && by_controller) {
            result.had_session = true;
        } else if (event.event == "collected" && by_controller) {
            result.had_collection = true;
            for (const std::string& id : event.ids) {
                ++balances[id].collected;
            }
        } else if (event.event == "ready") {
            workers.ready(event);
        } else if (event.event == "final") {
            ++balances[event.id].final;
            ++result.outcomes[final_outcome(event.phases)];
            workers.ran(event);
        } else if (event.event == "exit") {
            result.exit_by_suite = static_cast<int>(event.status);
        } else if (event.event == "finished" && by_controller) {
            result.finished = true;
            result.finish = event;
        }
    }
    result.conservation = conservation_of(balances);
    result.workers = std::move(workers).in_order();
    return result;
}

}  // namespace advisor
