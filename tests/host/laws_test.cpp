// The law of CPU counts; the table of all laws stands in laws.hpp beside the rooms.

#include "laws.hpp"

#include <advisor/host/machine.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <optional>
#include <sstream>

#include "host/kernel_files.hpp"

using namespace advisor;
using building::Cases;
using building::for_all;
using building::KernelFiles;

namespace {

namespace fs = std::filesystem;

enum class Hierarchy : std::uint8_t { none, unified, legacy, hybrid };

/// One cgroup on the way from the root to ours, as hundredths of a core; none: no limit.
using Limit = std::optional<std::uint32_t>;

/// A process's cgroups. `hidden` of the levels lie above what a container sees of them.
struct Limits {
    Hierarchy hierarchy = Hierarchy::none;
    std::vector<Limit> levels;  ///< the root first
    std::uint32_t hidden = 0;
    std::uint32_t period_us = 100'000;
    std::uint32_t allowed = 1;  ///< cores, by affinity and cpuset
};

Limits limits(std::uint64_t seed) {
    Random random(seed);
    Limits result;
    result.hierarchy = static_cast<Hierarchy>(random.below(4));
    const std::uint32_t levels = 1 + random.below(5);
    for (std::uint32_t i = 0; i < levels; ++i) {
        result.levels.push_back(
            random.uniform() < 0.5 ? std::nullopt : Limit(1 + random.below(1600))
        );
    }
    result.hidden = random.below(3) == 0 ? random.below(levels) : 0;
    result.period_us = random.below(2) == 0 ? 100'000 : 10'000 * (1 + random.below(50));
    result.allowed = 1 + random.below(16);
    return result;
}

std::vector<Limits> smaller(const Limits& whole) {
    std::vector<Limits> results;
    for (std::size_t i = 1; i < whole.levels.size(); ++i) {
        results.push_back(whole);
        Limits& less = results.back();
        less.levels.erase(less.levels.begin() + static_cast<std::ptrdiff_t>(i));
        less.hidden = std::min<std::uint32_t>(
            less.hidden, static_cast<std::uint32_t>(less.levels.size()) - 1
        );
    }
    if (whole.hidden > 0) {
        results.push_back(whole);
        results.back().hidden = 0;
    }
    return results;
}

std::string text_of(const Limits& limits) {
    std::ostringstream text;
    text << "hierarchy " << static_cast<int>(limits.hierarchy) << ", period " << limits.period_us
         << " us, " << limits.hidden << " hidden, " << limits.allowed << " allowed:";
    for (const Limit& limit : limits.levels) {
        text << ' ' << (limit ? std::to_string(*limit) : "max");
    }
    return text.str();
}

/// Written below one directory, which each tree empties first.
class Trees {
public:
    [[nodiscard]] FileReader reader(const Limits& limits) const {
        files_.remove("/cg");
        files_.put("/proc/self/mountinfo", mounts(limits));
        const std::string group = path(limits, static_cast<std::uint32_t>(limits.levels.size()));
        const bool is_legacy =
            limits.hierarchy == Hierarchy::legacy || limits.hierarchy == Hierarchy::hybrid;
        files_.put(
            "/proc/self/cgroup",
            is_legacy ? "7:memory:/elsewhere\n4:cpu,cpuacct:" + group + "\n0::/\n"
                      : "0::" + group + "\n"
        );
        std::string directory = is_legacy ? "/cg/cpu" : "/cg/unified";
        for (std::uint32_t level = limits.hidden; level < limits.levels.size(); ++level) {
            directory += level > limits.hidden ? "/g" + std::to_string(level) : "";
            put_limit(directory, limits.levels[level], limits.period_us, is_legacy);
        }
        return files_.reader();
    }

private:
    void put_limit(
        const std::string& directory, const Limit& limit, std::uint32_t period, bool is_legacy
    ) const {
        const std::string quota = limit       ? std::to_string(std::uint64_t{*limit} * period / 100)
                                  : is_legacy ? "-1"
                                              : "max";
        if (is_legacy) {
            files_.put(directory + "/cpu.cfs_quota_us", quota + "\n");
            files_.put(directory + "/cpu.cfs_period_us", std::to_string(period) + "\n");
        } else {
            files_.put(directory + "/cpu.max", quota + " " + std::to_string(period) + "\n");
        }
    }

    /// "/g1/g2" down to a level; of the root "/".
    [[nodiscard]] static std::string path(const Limits&, std::uint32_t levels) {
        std::string text;
        for (std::uint32_t level = 1; level < levels; ++level) {
            text += "/g" + std::to_string(level);
        }
        return text.empty() ? "/" : text;
    }

    /// What a container sees begins at its own root.
    [[nodiscard]] static std::string mounts(const Limits& limits) {
        const std::string root = path(limits, limits.hidden + 1);
        std::string unified = "30 24 0:26 " + root + " /cg/unified rw - cgroup2 cgroup2 rw\n";
        std::string legacy = "31 24 0:27 " + root
                             + " /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                               "32 24 0:28 / /cg/memory rw - cgroup cgroup rw,memory\n";
        switch (limits.hierarchy) {
        case Hierarchy::none: return "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
        case Hierarchy::unified: return unified;
        case Hierarchy::legacy: return legacy;
        case Hierarchy::hybrid: return unified + legacy;
        }
        return {};
    }

    /// In memory where there is such a place: ten thousand trees are many files.
    [[nodiscard]] static fs::path place() {
        const fs::path memory = "/dev/shm";
        return fs::is_directory(memory) ? memory : fs::temp_directory_path();
    }

    KernelFiles files_{place()};
};

/// The least of all that can be seen.
std::optional<double> tightest(const Limits& limits) {
    std::optional<double> least;
    if (limits.hierarchy == Hierarchy::none) {
        return least;
    }
    for (std::size_t level = limits.hidden; level < limits.levels.size(); ++level) {
        if (limits.levels[level]) {
            const auto quota = std::uint64_t{*limits.levels[level]} * limits.period_us / 100;
            const double cores = static_cast<double>(quota) / limits.period_us;
            least = std::min(least.value_or(cores), cores);
        }
    }
    return least;
}

}  // namespace

TEST_CASE("P15: usable are the cores of affinity and cpuset, or the tightest quota above us") {
    const Trees trees;
    for_all<Limits>({limits, smaller, text_of}, [&](const Limits& drawn) {
        Host host;
        host.cores_online = 16;
        host.cores_allowed = drawn.allowed;
        host.cpu_quota = cpu_quota(trees.reader(drawn));
        const std::optional<double> quota = tightest(drawn);
        const double expected = std::min<double>(drawn.allowed, quota.value_or(drawn.allowed));
        return host.cpu_quota.has_value() == quota.has_value()
               && std::abs(host.usable_cores() - expected) < 1e-12;
    });
}
