#pragma once

// Fork and exec with a gate: the child exists, with its descriptors in place, and waits until it
// is released; whether its exec worked comes back through a pipe.

#include <advisor/base/result.hpp>
#include <advisor/host/descriptor.hpp>
#include <advisor/host/process.hpp>

#include <csignal>

namespace advisor {

struct Spawned {
    int pid = -1;
    Descriptor gate;    ///< write one byte to release it
    Descriptor report;  ///< its errno comes here if exec failed, else the end of file
    Descriptor output;  ///< read end, where captured
    Descriptor error;
};

/// `child_mask` is the signal mask the program is to start with.
[[nodiscard]] Result<Spawned> spawn(const ProcessSpec& spec, const sigset_t& child_mask);

/// Lets it go on; an error if the program could not be executed, and then it is reaped too.
[[nodiscard]] Status release(Spawned& child, const ProcessSpec& spec);

}  // namespace advisor
