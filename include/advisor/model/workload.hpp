#pragma once

// A suite in the form the model computes with: per test how long it computes and how long it
// waits, and per fixture what each further instance costs. Made once from a profile, then shared
// by every configuration that is simulated.
//
// Every time in a workload is finite and not negative: what a profile holds otherwise (clock
// steps, damaged imports) becomes zero, and nothing is longer than k_longest_span.

#include <advisor/base/units.hpp>
#include <advisor/domain/parameters.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace advisor {

/// A demand on the machine. `cpu` is time on a core by anybody on behalf of this span (the test's
/// thread, its helper threads, its children); `blocked` is time in which nobody needed a core.
struct Demand {
    Seconds cpu;
    Seconds blocked;
    Seconds gil;            ///< part of `cpu` that holds the GIL
    double releases = 0.0;  ///< blocking releases of the GIL: one per blocked stretch
    /// Part of `cpu` that ran beside the rest, on a further core, and so lengthens nothing as long
    /// as cores are free: helper threads and children that worked while the test did.
    Seconds overlapped;

    /// Wall on an idle machine with enough cores.
    [[nodiscard]] Seconds alone() const { return cpu - overlapped + blocked; }
    Demand& operator+=(const Demand& other) {
        cpu += other.cpu;
        blocked += other.blocked;
        gil += other.gil;
        releases += other.releases;
        overlapped += other.overlapped;
        return *this;
    }
    friend Demand operator+(Demand a, const Demand& b) { return a += b; }
    friend Demand operator*(Demand a, double factor) {
        a.cpu = a.cpu * factor;
        a.blocked = a.blocked * factor;
        a.gil = a.gil * factor;
        a.overlapped = a.overlapped * factor;
        return a;
    }
    friend bool operator==(const Demand&, const Demand&) = default;
};

/// The longest span believed, about four months.
inline constexpr Seconds k_longest_span{1e7};

/// The demand behind a measured cost. With S = wall - waiting for a core (not below the CPU of the
/// test's own thread) and C = all CPU of the span, helpers and children included:
///   C <= S: blocked = S - C. The helpers worked while the test waited for them.
///   C >  S: blocked = 0, overlapped = C - S. More than one core worked.
/// Either way alone() = S, what the span would have taken on an idle machine. Wrong where a helper
/// worked beside the test in one part of the span while everybody slept in another: then the
/// demand has less waiting and less overlap than the truth, by the same amount.
/// The GIL share is what was measured, else the user CPU of the test's own thread.
[[nodiscard]] Demand demand_of(const Cost& cost);

/// A fixture of class scope or wider with one parameter: what a set-up and a tear-down cost
/// (means over the instances that were profiled).
struct WorkFixture {
    FixtureUse use;
    Scope scope = Scope::session;
    Demand setup;
    Demand teardown;
};

/// A fixture that a test needs, and the node within which one instance is shared.
struct WorkNeed {
    std::uint32_t fixture = 0;  ///< into Workload::fixtures
    std::uint32_t node = 0;     ///< into Workload::nodes
    friend bool operator==(const WorkNeed&, const WorkNeed&) = default;
};

/// A collector: session, package directory, module, class, or a test for itself where a fixture
/// of class scope is used outside of a class. The session is node 0 and its own parent.
struct WorkNode {
    std::uint32_t parent = 0;
};

struct WorkTest {
    TestIndex test;                ///< into Profile::tests
    Demand demand;                 ///< all phases and the protocol, without the fixtures in `needs`
    std::uint32_t scope = 0;       ///< unit of loadscope: id cut at the last "::"
    std::uint32_t file = 0;        ///< unit of loadfile: id cut at the first "::"
    std::uint32_t group = 0;       ///< unit of loadgroup; a test without a mark is its own
    bool fails = false;            ///< counts against --maxfail
    bool alone = false;            ///< shares more with others than a thread may
    bool marked = false;           ///< carries an xdist_group mark: its group must stay together
    std::uint32_t node = 0;        ///< innermost collector, into Workload::nodes
    std::uint32_t first_need = 0;  ///< needs are Workload::needs[first_need, first_need + needs)
    std::uint32_t needs = 0;
    std::optional<double> spread;  ///< of its length from run to run, relative; where measured
};

struct Workload {
    std::vector<WorkTest> tests;  ///< those that ran to their end, in collection order
    std::vector<WorkNeed> needs;
    std::vector<WorkFixture> fixtures;
    std::vector<WorkNode> nodes{WorkNode{}};
    std::vector<std::string> test_names;     ///< node ids, as `tests`
    std::vector<std::string> fixture_names;  ///< as `fixtures`
    std::vector<std::string> unit_names;     ///< names of scopes, files and groups, by id
    Demand boot;                  ///< interpreter, pytest, plugins and conftest of one process
    Demand collection;            ///< collecting all tests once
    Demand finish;                ///< session finish of one process
    Demand exit;                  ///< end of an interpreter that has imported the tests
    std::uint64_t collected = 0;  ///< tests collected, whether they ran or not
    Bytes process_rss;            ///< peak of the sequential process
    Bytes collected_rss;          ///< its peak up to the end of the first test
    bool free_threaded = false;
    bool gil_measured = false;  ///< false: the GIL shares are assumed, threads are uncertain
};

/// Tests that were never started, or were interrupted, have no cost and are left out. Where the
/// profile has no CPU times at all (an import, or a machine on rung `none`) every second counts
/// as CPU: the assumption under which more workers than cores promise nothing.
/// `recorder` is taken off what was recorded; what it does for each collected item lies outside of
/// the spans of a profile. An import has no such cost.
[[nodiscard]] Workload make_workload(const Profile& profile, const RecorderCost& recorder = {});

}  // namespace advisor
