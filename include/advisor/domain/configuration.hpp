#pragma once

// One way to run a suite, as a value, and its textual form, the spec: "sequential",
// "processes=4,dist=worksteal", "forked=4", "threads=8", "forked=2,threads=4",
// "shards=3,processes=4,dist=planned". A spec round-trips: parse(spec(c)) == c.

#include <advisor/base/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace advisor {

/// pytest-xdist's --dist, and `planned`, our own scheduler injected into it.
enum class Distribution : std::uint8_t { load, loadscope, loadfile, loadgroup, worksteal, planned };

struct Sequential {
    friend bool operator==(const Sequential&, const Sequential&) = default;
};

/// Worker processes of pytest-xdist.
struct Processes {
    std::uint32_t workers = 1;
    Distribution dist = Distribution::load;
    std::optional<std::uint32_t> maxschedchunk;
    bool scope_reorder = true;  ///< false: --no-loadscope-reorder
    friend bool operator==(const Processes&, const Processes&) = default;
};

/// Workers forked from one collected process, each with `lanes` threads.
struct Forked {
    std::uint32_t workers = 1;
    std::uint32_t lanes = 1;
    friend bool operator==(const Forked&, const Forked&) = default;
};

/// Threads of one process.
struct Threads {
    std::uint32_t lanes = 1;
    friend bool operator==(const Threads&, const Threads&) = default;
};

struct Configuration {
    std::variant<Sequential, Processes, Forked, Threads> runner = Sequential{};
    std::uint32_t shards = 1;  ///< machines, each running its part of the tests
    std::string runner_name;   ///< "runner=...": another tool than the default; empty: default
    friend bool operator==(const Configuration&, const Configuration&) = default;
};

/// Workers or lanes must be from 1 to this.
inline constexpr std::uint32_t k_most_workers = 1024;

[[nodiscard]] Result<Configuration> parse_configuration(std::string_view spec);
[[nodiscard]] std::string spec(const Configuration& configuration);

/// "sequential", "processes", "forked", "threads", "shards": the mode shown to people.
[[nodiscard]] std::string_view kind_of(const Configuration& configuration);
/// Whether workers run what our own scheduler deals (dist=planned), on each of its shards.
[[nodiscard]] bool is_planned(const Configuration& configuration);
/// Whether tests share the state of a process with others that run at the same time.
[[nodiscard]] bool uses_threads(const Configuration& configuration);
/// For a table: "4 processes, worksteal", "8 threads", "sequential".
[[nodiscard]] std::string label(const Configuration& configuration);
/// Processes times threads, over one machine.
[[nodiscard]] std::uint32_t parallelism(const Configuration& configuration);

[[nodiscard]] std::string_view name_of(Distribution dist);
[[nodiscard]] std::optional<Distribution> distribution_named(std::string_view name);

}  // namespace advisor
