#pragma once

// A suite in the form the model computes with: per test how long it computes and how long it
// waits, and per fixture what each further instance costs. Made once from a profile, then shared
// by every configuration that is simulated.

#include <advisor/base/units.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
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

    [[nodiscard]] Seconds alone() const { return cpu + blocked; }  ///< wall on an idle machine
    Demand& operator+=(const Demand& other);
    friend Demand operator+(Demand a, const Demand& b) { return a += b; }
    friend bool operator==(const Demand&, const Demand&) = default;
};

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
    std::uint32_t node = 0;     ///< id of the class, module, package or session node
};

struct WorkTest {
    TestIndex test;                ///< into Profile::tests
    Demand demand;                 ///< all phases and the protocol, without the fixtures in `needs`
    std::uint32_t scope = 0;       ///< unit of loadscope: id cut at the last "::"
    std::uint32_t file = 0;        ///< unit of loadfile: id cut at the first "::"
    std::uint32_t group = 0;       ///< unit of loadgroup; a test without a mark is its own
    std::uint32_t first_need = 0;  ///< needs are Workload::needs[first_need, first_need + needs)
    std::uint32_t needs = 0;
};

struct Workload {
    std::vector<WorkTest> tests;  ///< those that ran, in collection order
    std::vector<WorkNeed> needs;
    std::vector<WorkFixture> fixtures;
    std::vector<std::string> unit_names;  ///< names of scopes, files and groups, by id
    Demand boot;        ///< interpreter, pytest, plugins and conftest of one process
    Demand collection;  ///< collecting all tests once
    Demand finish;      ///< session finish and exit of one process
    std::uint64_t collected = 0;
    Seconds sequential_wall;  ///< as profiled, from exec to exit
    Bytes process_rss;        ///< peak of the sequential process
    bool free_threaded = false;
};

[[nodiscard]] Workload make_workload(const Profile& profile);

}  // namespace advisor
