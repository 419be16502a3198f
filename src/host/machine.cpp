#include "advisor/host/machine.hpp"

#include <fmt/format.h>

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

#include "host/cgroup.hpp"

namespace advisor {

namespace {

std::optional<double> number_in(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) {
        return std::nullopt;
    }
    return value;
}

/// The number after "key" in a file of "key value" or "key: value" lines.
std::optional<double> field(const std::string& text, std::string_view key) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key) && line.size() > key.size()
            && std::string_view(": \t").find(line[key.size()]) != std::string_view::npos) {
            return number_in(std::string_view(line).substr(key.size() + 1));
        }
    }
    return std::nullopt;
}

std::string cpu_model(const FileReader& files) {
    std::istringstream lines(files.read("/proc/cpuinfo").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown";
}

std::uint32_t allowed_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        return static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
    }
    return static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

/// cpu.max of v2 holds "quota period" or "max period"; v1 has two files, -1 meaning no limit.
std::optional<double>
quota_in(const FileReader& files, const std::string& directory, bool unified) {
    double quota = 0;
    double period = 0;
    if (unified) {
        std::istringstream words(files.read(directory + "/cpu.max").value_or("max 100000"));
        std::string limit;
        words >> limit >> period;
        quota = number_in(limit).value_or(-1);
    } else {
        quota = number_in(files.read(directory + "/cpu.cfs_quota_us").value_or("-1")).value_or(-1);
        period = number_in(files.read(directory + "/cpu.cfs_period_us").value_or("0")).value_or(0);
    }
    if (quota <= 0 || period <= 0) {
        return std::nullopt;
    }
    return quota / period;
}

/// The file of one resource: "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234" in microseconds.
std::optional<Seconds> stalled_in(const FileReader& files, const std::string& path) {
    constexpr std::string_view k_total = "total=";
    const std::string text = files.read(path).value_or("");
    const std::size_t at = text.find(k_total);
    const auto total = text.starts_with("some ") && at != std::string::npos
                           ? number_in(std::string_view(text).substr(at + k_total.size()))
                           : std::nullopt;
    return total ? std::optional(Seconds(*total / 1e6)) : std::nullopt;
}

std::optional<Stalls>
stalls_in(const FileReader& files, const std::string& prefix, std::string_view suffix) {
    const auto cpu = stalled_in(files, fmt::format("{}cpu{}", prefix, suffix));
    const auto io = stalled_in(files, fmt::format("{}io{}", prefix, suffix));
    const auto memory = stalled_in(files, fmt::format("{}memory{}", prefix, suffix));
    return cpu && io && memory ? std::optional(Stalls{*cpu, *io, *memory}) : std::nullopt;
}

/// Of a cgroup of v2 only, also where v1 has the controllers; the root of all has no type.
std::optional<Stalls> own_stalls(const FileReader& files) {
    const CgroupPath path = cgroup_of(files, "");
    if (!path.unified || !files.read(path.directories.front() + "/cgroup.type")) {
        return std::nullopt;
    }
    return stalls_in(files, path.directories.front() + "/", ".pressure");
}

std::optional<Pressure> pressure_between(
    const std::optional<Stalls>& before, const std::optional<Stalls>& after, Seconds elapsed
) {
    if (!before || !after) {
        return std::nullopt;
    }
    const auto share = [&](Seconds Stalls::*resource) {
        return std::clamp(((*after).*resource - (*before).*resource) / elapsed, 0.0, 1.0);
    };
    return Pressure{share(&Stalls::cpu), share(&Stalls::io), share(&Stalls::memory)};
}

}  // namespace

Measured<double> cpu_quota(const FileReader& files) {
    const CgroupPath path = cgroup_of(files, "cpu");
    std::optional<double> tightest;
    for (const std::string& directory : path.directories) {
        if (const auto quota = quota_in(files, directory, path.unified)) {
            tightest = std::min(tightest.value_or(*quota), *quota);
        }
    }
    return tightest ? Measured<double>(*tightest, Source::measured) : Measured<double>();
}

Measured<Bytes> memory_limit(const FileReader& files) {
    // v1 says "no limit" by a number near 2^63, v2 by the word "max".
    constexpr double k_no_limit = 0x1.0p60;
    const CgroupPath path = cgroup_of(files, "memory");
    const std::string name = path.unified ? "/memory.max" : "/memory.limit_in_bytes";
    std::optional<double> tightest;
    for (const std::string& directory : path.directories) {
        const auto limit = number_in(files.read(directory + name).value_or("max"));
        if (limit && *limit > 0 && *limit < k_no_limit) {
            tightest = std::min(tightest.value_or(*limit), *limit);
        }
    }
    if (!tightest) {
        return {};
    }
    return {Bytes(static_cast<std::int64_t>(*tightest)), Source::measured};
}

Host discover_host(const FileReader& files) {
    Host host;
    host.cpu_model = cpu_model(files);
    utsname system{};
    if (::uname(&system) == 0) {
        host.kernel = fmt::format("{} {}", system.sysname, system.release);
    }
    host.cores_online = static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    host.cores_allowed = allowed_cores();
    host.cpu_quota = cpu_quota(files);
    const double kibibytes =
        field(files.read("/proc/meminfo").value_or(""), "MemTotal").value_or(0);
    host.memory_total = Bytes(static_cast<std::int64_t>(kibibytes) * 1024);
    host.memory_limit = memory_limit(files);
    return host;
}

MachineTimes machine_times(const FileReader& files) {
    MachineTimes times;
    std::istringstream words(files.read("/proc/stat").value_or(""));
    std::string label;
    // user nice system idle iowait irq softirq steal, in ticks of USER_HZ
    double user = 0;
    double nice = 0;
    double system = 0;
    double idle = 0;
    double iowait = 0;
    double irq = 0;
    double softirq = 0;
    double steal = 0;
    words >> label >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    times.known = label == "cpu" && !words.fail();
    if (!times.known) {
        return times;
    }
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    times.busy = Seconds((user + nice + system + irq + softirq) / ticks);
    times.stolen = Seconds(steal / ticks);
    times.stalls = stalls_in(files, "/proc/pressure/", "");
    times.own_stalls = own_stalls(files);
    const CgroupPath path = cgroup_of(files, "cpu");
    if (!path.directories.empty()) {
        const std::string text = files.read(path.directories.front() + "/cpu.stat").value_or("");
        times.throttled = path.unified ? Seconds(field(text, "throttled_usec").value_or(0) / 1e6)
                                       : Seconds(field(text, "throttled_time").value_or(0) / 1e9);
    }
    return times;
}

Disturbance disturbance_between(
    const MachineTimes& before,
    const MachineTimes& after,
    Seconds elapsed,
    Seconds own_cpu,
    std::uint32_t cores
) {
    Disturbance disturbance;
    const Seconds capacity = elapsed * static_cast<double>(std::max(1U, cores));
    if (!before.known || !after.known || capacity <= Seconds(0)) {
        return disturbance;
    }
    const auto share = [&](Seconds part) { return std::clamp(part / capacity, 0.0, 1.0); };
    disturbance.steal_fraction = {share(after.stolen - before.stolen), Source::measured};
    disturbance.foreign_fraction = {share(after.busy - before.busy - own_cpu), Source::derived};
    disturbance.throttled = {
        std::max(Seconds(0), after.throttled - before.throttled), Source::measured};
    disturbance.pressure = pressure_between(before.stalls, after.stalls, elapsed);
    disturbance.own_pressure = pressure_between(before.own_stalls, after.own_stalls, elapsed);
    return disturbance;
}

// "Cpus_allowed_list:	0-3,8".
std::optional<std::uint32_t> allowed_cores(const FileReader& files, int pid) {
    constexpr std::string_view k_name = "Cpus_allowed_list:";
    const std::string text = files.read(fmt::format("/proc/{}/status", pid)).value_or("");
    const std::size_t at = text.find(k_name);
    std::istringstream list(at == std::string::npos ? "" : text.substr(at + k_name.size()));
    std::uint32_t cores = 0;
    for (std::uint32_t first = 0; list >> first; list.ignore(1)) {
        std::uint32_t last = first;
        if (list.peek() == '-') {
            list.ignore(1);
            list >> last;
        }
        cores += last >= first ? last - first + 1 : 0;
        if (list.peek() != ',') {
            break;
        }
    }
    return cores > 0 ? std::optional(cores) : std::nullopt;
}

std::optional<Bytes> peak_rss(const FileReader& files, int pid) {
    const auto text = files.read(fmt::format("/proc/{}/status", pid));
    const auto kibibytes = text ? field(*text, "VmHWM") : std::nullopt;
    if (!kibibytes) {
        return std::nullopt;
    }
    return Bytes(static_cast<std::int64_t>(*kibibytes) * 1024);
}

}  // namespace advisor
