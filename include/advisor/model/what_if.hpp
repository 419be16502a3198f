#pragma once

// What an edit of the suite would save: the suite as edited, simulated again. A saving is the
// difference of two walls and can be negative, since schedules are not monotone.

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// One edit of a workload. `subject` is a position in Workload::fixtures or Workload::tests.
struct Edit {
    enum class Kind : std::uint8_t {
        free_fixture,     ///< its set-up and tear-down take no time
        session_fixture,  ///< it lives for the session: one instance for each worker
        split_test,       ///< two tests of half its length, one behind the other
    };
    Kind kind = Kind::free_fixture;
    std::uint32_t subject = 0;
    friend bool operator==(const Edit&, const Edit&) = default;
};

[[nodiscard]] Workload edited(const Workload& workload, const Edit& edit);

struct Saving {
    Edit edit;
    Seconds wall;  ///< by how much the wall would be shorter
};

/// All that save at least `least` with this configuration, the largest first: each fixture wider
/// than a function freed and, if it is narrower than the session, widened; each test that is longer
/// than an even share of a worker split.
[[nodiscard]] std::vector<Saving> savings(
    const Workload& workload,
    const Configuration& configuration,
    const ModelParameters& parameters,
    const Machine& machine,
    const PredictionOptions& options,
    Seconds least
);

}  // namespace advisor
