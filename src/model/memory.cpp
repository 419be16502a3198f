#include "model/memory.hpp"

#include <algorithm>
#include <cmath>

namespace advisor::model {

namespace {

/// xdist's controller keeps the reports of all tests for its summary: 37, 59, 82 and 134 MB
/// resident at 1,000, 5,000, 10,000 and 20,000 empty tests (xdist 3.8, CPython 3.11).
constexpr double k_report_bytes = 5000.0;
/// A node id as each worker's collection holds it in the controller.
constexpr double k_node_id_bytes = 100.0;
/// Part of the forked pages that a worker comes to write: reference counts lie in the objects
/// (PEP 683 gives Instagram's experience). An assumption, on the safe side.
constexpr double k_written_share = 0.5;

}  // namespace

// A worker may reach what the sequential process reached, whatever part of the tests it runs:
//   xdist   m peak + controller: one collected process, reports, the node ids of m workers
//   forked  collected + m (written share of collected + lanes (peak - collected)) + reports
//   lanes   collected + lanes (peak - collected): their costliest tests may meet
// Pages that processes share (libraries) are counted for each of them, which errs to the safe side.
Bytes peak_memory_of(const Workload& workload, const RunCosts& costs) {
    const auto peak = static_cast<double>(workload.process_rss.value());
    const double collected = std::min(peak, static_cast<double>(workload.collected_rss.value()));
    const auto tests = static_cast<double>(workload.collected);
    const double growth = (peak - collected) * costs.lanes;
    double bytes = 0.0;
    switch (costs.style) {
    case Style::xdist:
        bytes =
            costs.workers * (peak + k_node_id_bytes * tests) + collected + k_report_bytes * tests;
        break;
    case Style::forked:
        bytes = collected + costs.workers * (k_written_share * collected + growth)
                + k_report_bytes * tests;
        break;
    case Style::lanes: bytes = collected + growth; break;
    }
    return peak > 0.0 ? Bytes(std::llround(bytes)) : Bytes(0);
}

}  // namespace advisor::model
