#pragma once

// Looks at the suite's interpreter from a thread of this process while the suite runs: a few
// hundred times a second the state of the GIL, whether the thread that runs the tests is runnable,
// and what it waits for if not; and reads the run's performance counters. In the suite's process
// nothing runs for it: even an idle thread there would make os.fork() warn from CPython 3.12 on.

#include <advisor/host/counters.hpp>
#include <advisor/host/file_reader.hpp>
#include <advisor/host/shared_ring.hpp>
#include <advisor/measure/profile_suite.hpp>

#include <string>
#include <thread>

#include "measure/count_reader.hpp"
#include "measure/sample_log.hpp"

namespace advisor {

class Sampler {
public:
    /// Announces on the ring that somebody watches. `version` is the interpreter's, as far as it is
    /// known. The ring must outlive the sampler.
    Sampler(const SharedRing& ring, FileReader files, std::string version, GilReading gil);
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;
    Sampler(Sampler&&) = delete;
    Sampler& operator=(Sampler&&) = delete;
    ~Sampler() = default;

    /// Begins. Not before the suite's process was made: a fork must not see a second thread.
    /// `counting`, of the run, may be null, and must outlive the sampler.
    void start(const Counting* counting);

    /// Ends, and returns what was seen.
    [[nodiscard]] SampleLog stop();

private:
    void run(const std::stop_token& stop);
    void watch(const std::stop_token& stop, CountReader& counts);

    const SharedRing& ring_;
    FileReader files_;
    std::string version_;
    GilReading gil_;
    const Counting* counting_ = nullptr;
    SampleLog log_;  ///< the thread's own while it runs
    std::jthread thread_;
};

}  // namespace advisor
