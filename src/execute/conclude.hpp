#pragma once

// The exit code that a sequential run would have given. Pure.
//
// What pytest-xdist (3.8) gives instead, and from what we know better:
//   stopped by -x or --maxfail   2, sequentially 1     the controller's reason to stop
//   errors in collection         1, sequentially 2     its collection reports
//   pytest.exit(returncode=N)    3, sequentially N     a worker's own word
//   KeyboardInterrupt in a test  2, or 3               as pytest.exit()
//   no worker came up            5, as if no tests     the caller collects sequentially to see
//   collections that differ      1                     its reports of that; ours then: 125
//   a test lost or run twice     anything, 0 included  the journal; ours then: 125
// A crash of a worker is a failed test, thus 1, where a sequential run dies of it.

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

/// What a sequential `--collect-only` said.
struct Collected {
    int exit_code = 0;
    std::string error;  ///< "file or directory not found: x"; empty if it named none
};

/// Where the conclusion asked.
[[nodiscard]] Conclusion conclude_from_collection(const Collected& collected);

/// Where we ended tests, or a pytest that did not exit: ours.
[[nodiscard]] Conclusion conclude_ended(const std::vector<Stall>& stalls, bool ended_at_exit);

/// Where lost tests ran once more: `tally` counts them too.
[[nodiscard]] Conclusion conclude_rerun(const Tally& tally);

}  // namespace advisor
