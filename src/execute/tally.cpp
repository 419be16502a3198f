#include "execute/tally.hpp"

#include <advisor/host/clock.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace advisor {

namespace {

constexpr int k_interrupted = 2;  // pytest.ExitCode

/// What is known of one id; ids may repeat.
struct Account {
    std::int64_t collected = 0;
    std::vector<std::string> final;  ///< outcomes as reported
    std::vector<Sighting> seen;      ///< by the process that ran it
};

using Accounts = std::map<std::string, Account>;

/// A process that died saw no end of its last test; then there is nothing to compare.
bool contradicts(const Account& account) {
    if (account.collected != 1 || account.final.size() != 1) {
        return false;
    }
    return std::any_of(account.seen.begin(), account.seen.end(), [&](const Sighting& sighting) {
        return sighting.outcome != "started" && sighting.outcome != account.final.front();
    });
}

Conservation conservation_of(const Accounts& accounts, bool stopped) {
    Conservation conservation;
    for (const auto& [id, account] : accounts) {
        const auto final = static_cast<std::int64_t>(account.final.size());
        conservation.collected += static_cast<std::uint64_t>(account.collected);
        conservation.final += static_cast<std::uint64_t>(std::min(account.collected, final));
        const bool lost = final < account.collected;
        if (lost) {
            (stopped ? conservation.not_run : conservation.lost).push_back(id);
        } else if (final > account.collected) {
            conservation.duplicated.push_back(id);
        } else if (contradicts(account)) {
            conservation.contradicted.push_back(id);
        }
        if ((lost && !stopped) || contradicts(account)) {
            auto& sightings = conservation.sightings;
            sightings.insert(sightings.end(), account.seen.begin(), account.seen.end());
        }
    }
    return conservation;
}

/// A test begins; if it comes to an end on the same worker, that replaces its start.
void see(Accounts& accounts, const JournalEvent& event, std::string outcome) {
    std::vector<Sighting>& seen = accounts[event.id].seen;
    const auto started = std::find_if(seen.begin(), seen.end(), [&](const Sighting& sighting) {
        return sighting.worker == event.by && sighting.outcome == "started";
    });
    if (started != seen.end()) {
        started->outcome = std::move(outcome);
    } else {
        seen.push_back({event.id, event.by, std::move(outcome)});
    }
}

class WorkerUses {
public:
    explicit WorkerUses(std::int64_t exec_ns)
        : exec_ns_(exec_ns) {}

    void ready(const JournalEvent& event) {
        of(event.worker).boot = {
            std::max(Seconds(0), between_ns(exec_ns_, event.ns)), Source::measured};
    }

    /// What no worker ran, pytest itself did.
    void ran(const JournalEvent& event) {
        if (event.worker.empty()) {
            return;
        }
        WorkerUse& worker = of(event.worker);
        ++worker.tests;
        Seconds busy = worker.busy.value_or(Seconds(0));
        for (const JournalPhase& phase : event.phases) {
            busy += phase.duration;
        }
        worker.busy = {busy, Source::measured};
    }

    /// gw2 before gw10.
    [[nodiscard]] std::vector<WorkerUse> in_order() && {
        std::sort(uses_.begin(), uses_.end(), [](const WorkerUse& a, const WorkerUse& b) {
            return std::pair(a.name.size(), a.name) < std::pair(b.name.size(), b.name);
        });
        return std::move(uses_);
    }

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

Seconds time_of(const std::vector<JournalPhase>& phases, std::string_view when) {
    Seconds sum;
    for (const JournalPhase& phase : phases) {
        sum += phase.when == when ? phase.duration : Seconds(0);
    }
    return sum;
}

/// Nothing ended it before its time.
bool is_whole(const std::vector<JournalPhase>& phases) {
    return !phases.empty() && phases.back().when == "teardown";
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

bool was_stopped(const Tally& tally) {
    const JournalEvent& finish = tally.finish;
    const bool refused = finish.collect_errors > 0 && !finish.continues;
    return tally.exit_by_suite
           || (tally.finished
               && (finish.stopped_after_failures || finish.status == k_interrupted || refused));
}

Tally tally(const Journal& journal, std::int64_t exec_ns, bool ended) {
    Tally result;
    Accounts accounts;
    WorkerUses workers(exec_ns);
    for (const JournalEvent& event : journal.events) {
        const bool by_controller = event.by.empty();
        if (event.event == "session" && by_controller) {
            result.had_session = true;
        } else if (event.event == "collected" && by_controller) {
            result.had_collection = true;
            for (const std::string& id : event.ids) {
                ++accounts[id].collected;
            }
        } else if (event.event == "ready") {
            workers.ready(event);
        } else if (event.event == "start") {
            see(accounts, event, "started");
        } else if (event.event == "ran" || (event.event == "open" && !by_controller)) {
            see(accounts, event, final_outcome(event.phases));
        } else if (event.event == "final") {
            accounts[event.id].final.push_back(final_outcome(event.phases));
            ++result.outcomes[final_outcome(event.phases)];
            workers.ran(event);
        } else if (event.event == "exit") {
            result.exit_by_suite = static_cast<int>(event.status);
        } else if (event.event == "finished" && by_controller) {
            result.finished = true;
            result.finish = event;
        }
    }
    result.conservation = conservation_of(accounts, ended || was_stopped(result));
    result.workers = std::move(workers).in_order();
    return result;
}

std::uint64_t new_tests(const Journal& journal, const std::map<std::string, Seconds>& recorded) {
    std::uint64_t count = 0;
    for (const JournalEvent& event : journal.events) {
        for (const std::string& id : event.ids) {
            count += recorded.empty() || recorded.count(id) > 0 ? 0 : 1;
        }
    }
    return count;
}

std::vector<Surprise>
surprises(const Journal& journal, const std::map<std::string, Seconds>& profiled) {
    constexpr std::size_t k_most = 3;
    constexpr Seconds k_least{0.1};
    const auto difference = [](const Surprise& surprise) {
        return std::abs((surprise.measured - surprise.profiled).value());
    };
    std::vector<Surprise> found;
    for (const JournalEvent& event : journal.events) {
        const auto known = profiled.find(event.id);
        if (event.event != "final" || known == profiled.end() || !is_whole(event.phases)) {
            continue;
        }
        const Seconds expected = known->second;
        const Seconds tolerated = std::max(k_least, expected / 2.0);
        const Seconds call = time_of(event.phases, "call");
        const Seconds all =
            call + time_of(event.phases, "setup") + time_of(event.phases, "teardown");
        if (call > expected + tolerated || all < expected - tolerated) {
            found.push_back({event.id, expected, call > expected ? call : all});
        }
    }
    std::stable_sort(found.begin(), found.end(), [&](const Surprise& a, const Surprise& b) {
        return difference(a) > difference(b);
    });
    found.resize(std::min(found.size(), k_most));
    return found;
}

}  // namespace advisor
