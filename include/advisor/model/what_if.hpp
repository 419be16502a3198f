#pragma once

// What an edit of the suite would save: the suite as edited, simulated again. A saving is the
// difference of two walls and can be negative, since schedules are not monotone.

#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <vector>

namespace advisor {

/// One edit of a workload.
struct Edit {
    enum class Kind : std::uint8_t {
        free_fixture,     ///< its set-ups and tear-downs take no time
        session_fixture,  ///< it lives for the session: one instance for each worker
        split_test,       ///< two tests of half its length, one behind the other
    };
    Kind kind = Kind::free_fixture;
    /// Of a fixture the FixtureIndex of its definition, which stands for all its parameters; of a
    /// test the position in Workload::tests.
    std::uint32_t subject = 0;
    friend bool operator==(const Edit&, const Edit&) = default;
};

/// All of `edits` made; tests are counted as they stand before any of them.
[[nodiscard]] Workload edited(const Workload& workload, std::vector<Edit> edits);

/// One configuration of a suite, and the same of the suite as edited. Keeps references to the
/// workload and the parameters.
class WhatIf {
public:
    WhatIf(
        const Workload& workload,
        const Configuration& configuration,
        const ModelParameters& parameters,
        const Machine& machine,
        const PredictionOptions& options
    );

    /// By how much the wall would be shorter if all of `edits` were made.
    [[nodiscard]] Seconds saved_by(const std::vector<Edit>& edits) const;

private:
    [[nodiscard]] Seconds wall_of(const Workload& workload) const;

    const Workload& workload_;
    const Configuration configuration_;
    const ModelParameters& parameters_;
    const Machine machine_;
    const PredictionOptions options_;
    const Seconds before_;
};

/// How often each fixture is set up in a run as simulated, by position in Workload::fixtures. Of
/// shards: on the machine whose schedule it is.
[[nodiscard]] std::vector<std::uint64_t>
setups_in(const Workload& workload, const Simulation& simulation);

}  // namespace advisor
