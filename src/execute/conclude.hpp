#pragma once

// The exit code that a sequential run would have given. Pure.
//
// What pytest-xdist (3.8) gives instead, and from what we know better:
//   stopped by -x or --maxfail   2, sequentially 1     the controller's reason to stop
//   errors in collection         1, sequentially 2     its collection reports
//   pytest.exit(returncode=N)    3, sequentially N     a worker's own word
//   no worker came up            5, as if no tests     the caller collects sequentially to see
//   a test lost or run twice     anything, 0 included  the journal

#include <advisor/host/process.hpp>

#include <string>

#include "execute/tally.hpp"

namespace advisor {

struct Conclusion {
    int exit_code = 0;
    std::string because;          ///< why it is not the runner's own; empty if it is
    bool ask_collection = false;  ///< exit 5 of workers: what would a sequential collection say?
};

[[nodiscard]] Conclusion
conclude(const ProcessEnd& end, const Tally& tally, const Configuration& configuration);

/// Where the conclusion asked: `collected` is the exit code of a sequential `--collect-only`.
[[nodiscard]] Conclusion conclude_from_collection(int collected);

}  // namespace advisor
