#pragma once

// Small profiles and predictions for the advisers' tests, and a model simple enough to check by
// hand.

#include <advisor/domain/advice.hpp>
#include <advisor/domain/profile.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor::building {

/// Computes for `cpu` and waits for `blocked` seconds.
[[nodiscard]] Cost cost(double cpu, double blocked = 0.0);

class Suite {
public:
    /// A complete, quiet profile on `cores` cores with 1 s of start and no test yet.
    explicit Suite(std::uint32_t cores = 4);

    /// Returns the position of the test.
    std::uint32_t test(const std::string& id, double cpu, double blocked = 0.0);
    /// `count` equal tests "file::test_0", "file::test_1", ...
    void tests(const std::string& file, std::uint32_t count, double cpu, double blocked = 0.0);
    /// A fixture used by `users`, set up once in the profiled run, for the first of them.
    std::uint32_t fixture(
        const std::string& name,
        Scope scope,
        double cpu,
        const std::vector<std::uint32_t>& users,
        double blocked = 0.0
    );
    /// A further set-up of a fixture of that name, for other users.
    void again(std::uint32_t fixture, double cpu, const std::vector<std::uint32_t>& users);

    /// With the wall of the run summed up.
    [[nodiscard]] Profile profile() const;

    Profile made;  ///< to be changed freely before profile()
};

/// All tests of a suite, by position.
[[nodiscard]] std::vector<std::uint32_t> all_tests(const Profile& profile);

/// As another run of the same suite would have been recorded: each duration with its own noise of
/// 5 %, computing on a machine so much `slower`, of which a share of `outliers` is longer by 10 to
/// 50 %.
[[nodiscard]] Profile
recorded_again(Profile profile, std::uint64_t seed, double slower = 1.0, double outliers = 0.0);

/// mid within 5 % either way, and sequential 100 s.
[[nodiscard]] Prediction prediction(const std::string& spec, double mid);

/// Each worker starts for as long as a sequential run does; then units (tests, or files under
/// loadfile and loadscope) go in collection order to the worker that is free first, and a worker
/// pays for a fixture when it first needs it: once for the session, else once for each file.
/// Cores are never short.
[[nodiscard]] Seconds
hand_checkable_wall(const Profile& profile, const Configuration& configuration);

[[nodiscard]] Configuration configuration(const std::string& spec);

}  // namespace advisor::building
