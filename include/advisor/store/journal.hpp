#pragma once

// The journal that the Python plugin advisor_journal.py writes during a run, decoded. One JSON
// object a line, appended whole, by the process that was started and by each worker of xdist:
//
//   event         by             further members
//   configured    controller     pid, imported_ns, imported_cpu_ns: when the plugin was imported
//   session       both           session start; xdist makes its workers after it
//   gateway       controller     worker: its interpreter runs, and the next one is started now
//   ready         controller     worker: it has configured pytest
//   imported      worker         pid, imported_ns, imported_cpu_ns
//   collected     controller     worker ("" if sequential), count, ids (only of the first worker)
//                 worker         count
//   start         who runs it    id: of the test that begins
//   ran           worker         id, phases: as the worker saw the test, torn down
//   final         controller     id, worker, phases: one run of one test, torn down or crashed
//   open          both           id, worker, phases: a test that never came to that
//   down          controller     worker, crashed
//   exit          worker         status: the code that the suite gave to pytest.exit(), or 2
//   finished      both           of the controller: status: pytest's exit code, collect_errors,
//                                continues: in spite of them, stopped_after_failures,
//                                collections_differ: between workers, so that nothing was run
//   unconfigured  controller
//
// Every event has ns (CLOCK_MONOTONIC), cpu_ns (CPU time of its process), and by (the worker's
// name) unless the controller wrote it. Node ids are bytes, written as Latin-1.

#include <advisor/base/units.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace advisor {

struct JournalPhase {
    std::string when;     ///< "setup", "call", "teardown"; "???" where a worker crashed
    std::string outcome;  ///< "passed", "failed", "skipped", "rerun"
    bool was_xfail = false;
    bool subtest = false;
    Seconds duration;
};

struct JournalEvent {
    std::string event;
    std::int64_t ns = 0;
    std::int64_t cpu_ns = 0;
    std::string by;
    std::string worker;
    std::string id;
    std::vector<std::string> ids;
    std::uint64_t count = 0;
    std::int64_t pid = 0;
    std::int64_t imported_ns = 0;
    std::int64_t imported_cpu_ns = 0;
    std::int64_t status = 0;
    bool crashed = false;
    std::uint64_t collect_errors = 0;
    bool continues = false;
    bool stopped_after_failures = false;
    bool collections_differ = false;
    std::vector<JournalPhase> phases;
};

struct Journal {
    std::vector<JournalEvent> events;  ///< in the order of the file
    std::size_t damaged = 0;           ///< lines that are no event, a cut last one included
};

[[nodiscard]] Journal read_journal(std::string_view text);

/// Adds whole lines of `text` to a journal that is still being written, and returns how many bytes
/// of it they are.
std::size_t read_on(Journal& journal, std::string_view text);

}  // namespace advisor
