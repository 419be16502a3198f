#pragma once

// Shares out what was used between marks among the segments that points cut the time into, so that
// every segment is charged once, to one account, and the charges add up to what the marks say.

#include <advisor/domain/profile.hpp>
#include <advisor/store/record_stream.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace advisor {

enum class AccountKind : std::uint8_t {
    nothing,
    configure,
    collection,
    finish,
    setup,  ///< of the test `index`, as the next three
    call,
    teardown,
    protocol,
    fixture_setup,  ///< of the instance `index`
    fixture_teardown,
};

struct Account {
    AccountKind kind = AccountKind::nothing;
    std::uint32_t index = 0;
    friend auto operator<=>(const Account&, const Account&) = default;
};

struct Charge {
    Account account;
    Cost cost;
};

/// Wall is exact for every segment, CPU of the thread to the 0.1 ms for which points estimate it
/// (store/record_stream.hpp). The rest is counted between marks and
/// shared out: waiting for a core, switches and faults by the time in which the thread did not run,
/// CPU of other threads by wall. Where a test or a fixture has reaped a child that used CPU, the
/// recorder makes a mark, so that it is all of the last of them. getrusage counts user and system
/// time in ticks, which only give their shares of the thread's CPU: those between the marks, or
/// those of the thread's life so far where no tick fell between them. Where the thread did not
/// sleep between two marks, all time without a core is waiting for one, be it that a hypervisor
/// gave the core to another guest.
///
/// What is counted of the GIL is exact for every segment, too, but that a count does not know what
/// the holder waited for when it was on no core: as much of that as the thread waited for a core
/// is taken to be just this, and is no time holding the GIL, since alone it would not be there.
class Ledger {
public:
    /// Counts up to the next point or mark.
    void gil(const GilCounted& counts) { gil_ = counts; }

    [[nodiscard]] bool counts_gil() const { return gil_.has_value(); }

    /// The time since the last point or mark belongs to `account`.
    void point(Account account, std::uint64_t wall_ns, std::uint64_t thread_cpu_ns);

    /// As a point, and returns the charges of all segments since the last mark.
    [[nodiscard]] std::vector<Charge> mark(Account account, const Mark& at);

    /// The time up to the end of the process belongs to `account`, with what is left of the `cpu`
    /// that the process and its children used in all, as far as one thread can have used it; and of
    /// the thread's `run_delay_ns`, where that is known.
    void
    end(Account account,
        std::uint64_t wall_ns,
        Seconds cpu,
        std::optional<std::uint64_t> run_delay_ns);

    /// The charges of what no mark came after; its shares of what was counted are zero, and how
    /// long it waited for a core is known only if end() was told.
    [[nodiscard]] std::vector<Charge> close();

private:
    struct Segment {
        Account account;
        double wall = 0;  ///< seconds, as the next
        double cpu = 0;
        GilCounted gil;
    };
    GilCounted uncharged_gil();
    [[nodiscard]] std::size_t last_reaping() const;
    [[nodiscard]] std::vector<Charge> share_out(const Cost& total);

    std::optional<Mark> last_;
    std::uint64_t wall_ns_ = 0;  ///< of the last point or mark
    std::uint64_t thread_cpu_ns_ = 0;
    std::vector<Segment> segments_;
    std::optional<std::uint64_t> run_delay_at_end_ns_;
    std::optional<GilCounted> gil_;  ///< as last counted
    GilCounted gil_charged_;         ///< what segments, or what came before them, have of it
};

/// No time at all, and measured to be so: the neutral element of sums and differences of costs.
[[nodiscard]] Cost no_cost();

/// What the thread and its process used between two marks. Clocks that ran backwards give zero.
[[nodiscard]] Cost cost_between(const Mark& begin, const Mark& end);

/// What the process used from its birth at `exec_ns` until `first`.
[[nodiscard]] Cost cost_until(std::uint64_t exec_ns, const Mark& first);

}  // namespace advisor
