#pragma once

// When a worker starts which test: the rule of xdist/remote.py, WorkerInteractor.run_one_test.

#include <cstddef>
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
        std::span<const Test> tests;  ///< to run one after the other; until the next call
        std::optional<Test> next;
    };

    void enqueue(std::span<const Test> tests);
    void shut_down() { closing_ = true; }
    /// Drops whatever has not started.
    void stop();

    /// Gives back the tests that are still in the queue. `all_or_nothing`: none of them, unless
    /// all are.
    [[nodiscard]] std::vector<Test> give_back(std::span<const Test> tests, bool all_or_nothing);

    /// The tests to start now, at most `most`, if there is one. Must not be called while one runs.
    [[nodiscard]] std::optional<Start> take(std::size_t most = 1);

    /// Tests that have not started.
    [[nodiscard]] std::size_t in_hand() const { return tests_.size() - first_; }

    /// True if no test will ever start again.
    [[nodiscard]] bool has_ended() const { return closing_ && in_hand() == 0; }

private:
    std::vector<Test> tests_;  ///< from first_ on
    std::size_t first_ = 0;
    bool holds_ = false;  ///< the first of them
    bool closing_ = false;
};

}  // namespace advisor::model
