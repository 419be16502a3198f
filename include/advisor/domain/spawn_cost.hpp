#pragma once

// What it takes to start pytest and to end it again, suite apart: a suite of one test, without a
// conftest file, run a few times after each other. What a suite adds to these stages, its conftest
// files and its modules, stands in its profile (SessionCost).

#include <advisor/base/units.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor {

/// Wall time of one stage. The first run finds cold caches, and is in neither of the other two.
struct SpawnStage {
    Seconds first;
    Seconds median;
    Seconds mad;  ///< median absolute deviation from the median
    friend bool operator==(const SpawnStage&, const SpawnStage&) = default;
};

/// A module that was imported, with all that it imports first.
struct ImportCost {
    std::string module;
    std::uint32_t depth = 0;  ///< in the tree: imported by the last one before it of depth - 1
    Seconds self;             ///< without what it imports
    Seconds total;
    friend bool operator==(const ImportCost&, const ImportCost&) = default;
};

struct SpawnCost {
    std::uint32_t warm_runs = 0;
    SpawnStage interpreter;  ///< `python -c pass`
    SpawnStage pytest;       ///< its imports: until the first plugin is loaded
    SpawnStage plugins;      ///< their imports and configuration, until the session starts
    SpawnStage collection;
    SpawnStage exit;   ///< from the session's end until the process has ended
    SpawnStage whole;  ///< from exec to exit, without the test
    /// The costliest imports of one further run under `-X importtime`, which slows them down: a
    /// tree in order, parents first. Empty where the interpreter cannot tell.
    std::vector<ImportCost> imported;
    friend bool operator==(const SpawnCost&, const SpawnCost&) = default;
};

}  // namespace advisor
