#pragma once

// Looks at a run while it lasts, through its journal: which test each process is in, since when,
// and whether that is still believable. A process whose test runs far longer than when it was
// recorded is asked for the stacks of its threads and then killed; xdist replaces a worker and goes
// on, a sequential run ends. So does a pytest that came to the end of its session and does not
// exit.
//
// Time counts as seen from here: where this process was stopped (^Z), none passed.

#include <advisor/base/units.hpp>
#include <advisor/domain/outcome.hpp>
#include <advisor/store/journal.hpp>

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// What is too long. Zero: nothing is.
struct Patience {
    std::map<std::string, Seconds> profiled;  ///< by test
    Seconds stall;     ///< for any test and for the exit; zero: by what was profiled
    Seconds deadline;  ///< of the run; whoever ends it, stacks are asked for just before
};

class RunWatch {
public:
    /// The journal and what the run's processes write beside it stand in `directory`.
    RunWatch(std::string directory, Patience patience);

    /// To be called about every 10 ms, and once with 0 after the end.
    void look(int child);

    [[nodiscard]] const Journal& journal() const { return journal_; }
    /// Tests that were ended.
    [[nodiscard]] std::vector<Stall> stalls() const { return with_stacks(stalls_); }
    /// Tests that ran when the run was over.
    [[nodiscard]] std::vector<Stall> at_deadline() const;
    [[nodiscard]] bool ended_at_exit() const { return ended_at_exit_; }

private:
    struct Running {
        std::string id;
        Seconds since;
    };
    struct Condemned {
        int pid = 0;
        Seconds at;  ///< when it is killed; its stacks were asked for before
    };

    /// A test of which the stacks of its process were asked for.
    struct Asked {
        Stall stall;
        int pid = 0;
        Seconds since;
    };

    void read();
    void note(const JournalEvent& event);
    [[nodiscard]] Stall stall_of(const std::string& worker, const Running& running) const;
    std::optional<Asked> ask(const std::string& worker);
    void condemn(const std::string& worker);
    [[nodiscard]] std::vector<Stall> with_stacks(const std::vector<Asked>& asked) const;
    void check_tests();
    void check_exit(int child);
    void check_deadline();
    void execute_sentences();
    [[nodiscard]] Seconds limit_of(const std::string& id) const;

    std::string directory_;
    Patience patience_;
    std::ifstream file_;
    std::string unread_;
    Journal journal_;
    std::map<std::string, int> pids_;         ///< by worker; "" is the process that was started
    std::map<std::string, Running> running_;  ///< by worker
    std::vector<Asked> stalls_;
    std::vector<Asked> near_deadline_;
    std::vector<Condemned> condemned_;
    std::int64_t looked_ns_;
    Seconds passed_;
    Seconds finished_;  ///< when the session was; zero: not yet
    bool ended_at_exit_ = false;
    bool deadline_seen_ = false;
};

}  // namespace advisor
