#pragma once

// Ends a child's processes where this process can no longer do so itself, because it was killed.
//
// A second process, no child of ours, waits at a pipe. Its end without a farewell means that we are
// gone; then it kills the child's process group and whatever carries the run's tag in its
// environment, also what left the group. It costs two forks and no thread.

#include <string>

#include "host/descriptor.hpp"

namespace advisor {

class Guard {
public:
    /// To be made before this process becomes a reaper of orphans.
    Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    Guard(Guard&&) = delete;
    Guard& operator=(Guard&&) = delete;
    ~Guard();  ///< the farewell

    /// An environment entry for the child, "ADVISOR_RUN_ID=...".
    [[nodiscard]] const std::string& tag() const { return tag_; }
    void watch(int process_group) const;

private:
    std::string tag_;
    Descriptor pipe_;
};

}  // namespace advisor
