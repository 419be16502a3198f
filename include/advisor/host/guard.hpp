#pragma once

// A destructor that runs even after SIGKILL: what is to be done should this process be killed.
//
// A second process, no child of ours, waits at a line to this one. If the line breaks without a
// farewell, this process is gone, however it went; then the other one does its duty, on its copy of
// our memory as it was when the guard was made. Shared memory and open files are ours and its.
//
// Guards nest as scopes do. One that is made later holds the lines of those before it, so that
// theirs break only when it is done: first the suite's processes end, then what they wrote last is
// kept, then their directory is removed.
//
// It costs two forks and no thread. Without descriptors or processes to spare there is no guard,
// and nobody notices but who is killed. Not guarded is what kills the guard, too: the end of a
// container, of a control group, of the machine.

#include <advisor/host/descriptor.hpp>

#include <functional>

namespace advisor {

class Guard {
public:
    /// Gets the number that was told last, or 0. No other thread is there when it runs.
    using Duty = std::function<void(int number)>;

    explicit Guard(const Duty& duty);
    Guard(Guard&&) noexcept = default;
    Guard& operator=(Guard&&) = delete;
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();  ///< the farewell; the other process is gone when it returns

    /// For the duty; a positive number.
    void tell(int number) const;

private:
    Descriptor line_;
};

}  // namespace advisor
