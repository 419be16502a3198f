#pragma once

// Small workloads and machines for the model's tests.

#include <advisor/domain/parameters.hpp>
#include <advisor/model/predict.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace advisor::building {

/// Computes for `cpu`, holding the GIL, and waits for `blocked` seconds.
[[nodiscard]] Demand demand(double cpu, double blocked = 0.0);

/// A workload of files; nothing has a cost but what is given.
class Suite {
public:
    /// Returns the position of the test, which is the last one of the file `file`.
    std::uint32_t test(const std::string& file, Demand cost);
    /// `count` equal tests.
    void tests(const std::string& file, std::uint32_t count, Demand cost);
    /// A fixture for `users`, of scope session or module.
    void fixture(
        const std::string& name, Scope scope, Demand setup, const std::vector<std::uint32_t>& users
    );
    /// Marks tests with xdist_group.
    void group(const std::string& name, const std::vector<std::uint32_t>& members);

    [[nodiscard]] Workload workload() const;

    Workload made;  ///< but needs, which workload() adds

private:
    struct File {
        std::uint32_t unit = 0;
        std::uint32_t node = 0;
    };
    [[nodiscard]] File file(const std::string& name);
    [[nodiscard]] std::uint32_t unit(const std::string& name);

    std::vector<std::pair<std::string, File>> files_;
    std::vector<std::vector<WorkNeed>> needs_;  ///< by test
};

/// A runner that costs nothing, on `cores` that never disturb each other.
[[nodiscard]] ModelParameters free_runner(std::uint32_t cores);

[[nodiscard]] Machine machine(double cores);

[[nodiscard]] Configuration configuration(const std::string& spec);

/// Of a free runner on `cores`.
[[nodiscard]] Simulation
simulated(const Workload& workload, const std::string& spec, std::uint32_t cores);

/// A random suite: durations with a heavy tail, waiting, files, groups, session and module
/// fixtures, helpers on further cores.
[[nodiscard]] Workload random_suite(std::uint64_t seed, std::uint32_t tests);

/// A runner with costs like those of a real one, on cores that disturb each other.
[[nodiscard]] ModelParameters usual_runner(std::uint32_t cores);

/// The positions of each worker's tests, in order: "0 2; 1".
[[nodiscard]] std::string orders(const Simulation& simulation, std::uint32_t workers);

[[nodiscard]] double part(const Breakdown& breakdown, const std::string& name);
[[nodiscard]] double sum(const Breakdown& breakdown);

/// Specs of every kind of configuration for `workers`.
[[nodiscard]] std::vector<std::string> all_kinds(std::uint32_t workers);

}  // namespace advisor::building
