#pragma once

// When a worker starts which test: the rule of xdist/remote.py, WorkerInteractor.run_one_test.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "model/queue.hpp"

namespace advisor::model {

/// A worker takes a test out of its queue and holds it, but starts it only when it has taken the
/// next one too, or was told to shut down: pytest must know what comes next to tear down fixtures.
/// Whatever is held or runs can no longer be stolen.
class Worker {
public:
    struct Start {
        std::span<const Stretch> tests;  ///< to run one after the other; until the next call
        std::optional<Test> next;
    };

    // The worker's loop waits in TestQueue.get(), so that what arrives is taken at once.
    void enqueue(std::span<const Stretch> tests) { queue_.push(tests); }
    void shut_down() { closing_ = true; }
    /// Drops whatever has not started.
    void stop();

    /// Gives back of its last `tests` those that are still in the queue. `all_or_nothing`: none of
    /// them, unless all are.
    [[nodiscard]] std::vector<Stretch> give_back(std::size_t tests, bool all_or_nothing);

    /// The tests to start now, at most `most`, if there is one. Must not be called while one runs.
    [[nodiscard]] std::optional<Start> take(std::size_t most = 1);

    /// Tests that have not started.
    [[nodiscard]] std::size_t in_hand() const { return queue_.size(); }
    [[nodiscard]] std::span<const Stretch> tests() const { return queue_.stretches(); }

    /// True if no test will ever start again.
    [[nodiscard]] bool has_ended() const { return closing_ && in_hand() == 0; }

private:
    Queue queue_;  ///< the first of which it holds
    std::vector<Stretch> taken_;
    bool closing_ = false;
};

}  // namespace advisor::model
