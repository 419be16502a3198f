#pragma once

// When a worker starts which test: the rule of xdist/remote.py, WorkerInteractor.run_one_test.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "model/policy.hpp"

namespace advisor::model {

/// A worker takes a test out of its queue and holds it, but starts it only when it has taken the
/// next one too, or was told to shut down: pytest must know what comes next to tear down fixtures.
/// Whatever is held or runs can no longer be stolen.
class Worker {
public:
    struct Start {
        Test test;
        std::optional<Test> next;
    };

    void enqueue(std::span<const Test> tests);
    void shut_down() { closing_ = true; }
    /// Drops whatever has not started.
    void stop();

    /// Gives back the tests that are still in the queue. `all_or_nothing`: none of them, unless
    /// all are.
    [[nodiscard]] std::vector<Test> give_back(std::span<const Test> tests, bool all_or_nothing);

    /// The test to start now, if there is one. Must not be called while a test runs.
    [[nodiscard]] std::optional<Start> take();

    /// True if no test will ever start again.
    [[nodiscard]] bool has_ended() const { return closing_ && !held_ && queue_.empty(); }

private:
    void hold_next();

    std::deque<Test> queue_;
    std::optional<Test> held_;
    bool closing_ = false;
};

}  // namespace advisor::model
