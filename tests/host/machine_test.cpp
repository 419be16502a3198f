#include <advisor/host/machine.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "host/kernel_files.hpp"

using namespace advisor;
using building::KernelFiles;

TEST_CASE("a file that can be opened and not read is none, as of a process that ends meanwhile") {
    CHECK_FALSE(FileReader().read("/proc/self/mem"));
}

TEST_CASE("the cores of another process are those of its list") {
    const KernelFiles files;
    const auto cores = [&](const char* list) {
        files.put(
            "/proc/7/status", fmt::format("Name:\tpy\nCpus_allowed_list:\t{}\nMems:\t0\n", list)
        );
        return allowed_cores(files.reader(), 7);
    };
    CHECK(cores("0") == 1);
    CHECK(cores("0-3,8,10-11") == 7);
    CHECK(cores("") == std::nullopt);
    CHECK(allowed_cores(files.reader(), 8) == std::nullopt);
}

TEST_CASE("cgroup v2: the tightest limit of all ancestors counts") {
    const KernelFiles tree;
    tree.put("/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree.put("/proc/self/cgroup", "0::/build/job\n");
    tree.put("/sys/fs/cgroup/build/cpu.max", "150000 100000\n");
    tree.put("/sys/fs/cgroup/build/job/cpu.max", "400000 100000\n");
    tree.put("/sys/fs/cgroup/build/memory.max", "max\n");
    tree.put("/sys/fs/cgroup/build/job/memory.max", "536870912\n");
    CHECK(cpu_quota(tree.reader()).value() == doctest::Approx(1.5));
    CHECK(memory_limit(tree.reader()).value() == Bytes(536870912));
}

TEST_CASE("cgroup v1: each controller has its own mount, and -1 is no limit") {
    const KernelFiles tree;
    tree.put(
        "/proc/self/mountinfo",
        "31 24 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
        "32 24 0:28 / /cg/memory rw - cgroup cgroup rw,memory\n"
    );
    tree.put("/proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/b\n");
    tree.put("/cg/cpu/a/cpu.cfs_quota_us", "50000\n");
    tree.put("/cg/cpu/a/cpu.cfs_period_us", "100000\n");
    tree.put("/cg/cpu/cpu.cfs_quota_us", "-1\n");
    tree.put("/cg/cpu/cpu.cfs_period_us", "100000\n");
    tree.put("/cg/memory/b/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(cpu_quota(tree.reader()).value() == doctest::Approx(0.5));
    CHECK_FALSE(memory_limit(tree.reader()).has_value());
}

TEST_CASE("hybrid hierarchies are read where the controller is") {
    const KernelFiles tree;
    tree.put(
        "/proc/self/mountinfo",
        "30 24 0:26 / /cg/unified rw - cgroup2 cgroup2 rw\n"
        "31 24 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu\n"
    );
    tree.put("/proc/self/cgroup", "1:cpu:/\n0::/x\n");
    tree.put("/cg/cpu/cpu.cfs_quota_us", "300000\n");
    tree.put("/cg/cpu/cpu.cfs_period_us", "100000\n");
    CHECK(cpu_quota(tree.reader()).value() == doctest::Approx(3.0));
}

TEST_CASE("no cgroup files at all mean no limits") {
    const KernelFiles tree;
    CHECK_FALSE(cpu_quota(tree.reader()).has_value());
    CHECK_FALSE(memory_limit(tree.reader()).has_value());
    CHECK_FALSE(machine_times(tree.reader()).known);
}

TEST_CASE("disturbance is what others used of all cores") {
    // Ten seconds of two cores: 12 s busy, of which 11 s ours, and 1 s stolen.
    const MachineTimes before{Seconds(100), Seconds(5), Seconds(0), true};
    const MachineTimes after{Seconds(112), Seconds(6), Seconds(0.25), true};
    const Disturbance found = disturbance_between(before, after, Seconds(10), Seconds(11), 2);
    CHECK(found.foreign_fraction.value() == doctest::Approx(0.05));
    CHECK(found.steal_fraction.value() == doctest::Approx(0.05));
    CHECK(found.throttled.value().value() == doctest::Approx(0.25));
}

TEST_CASE("pressure is the share of the time in which a task was stalled, on the machine and ours"
) {
    const KernelFiles tree;
    const auto put = [&](const std::string& prefix, const std::string& suffix, int stalled_us) {
        for (const char* resource : {"cpu", "io", "memory"}) {
            tree.put(
                std::string(prefix).append(resource).append(suffix),
                "some avg10=0.00 avg60=0.00 avg300=0.00 total=" + std::to_string(stalled_us)
                    + "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"
            );
        }
    };
    tree.put("/proc/stat", "cpu 1 2 3 4 5 6 7 8\n");
    tree.put("/proc/self/mountinfo", "30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
    tree.put("/proc/self/cgroup", "0::/job\n");
    put("/proc/pressure/", "", 1'000'000);
    put("/cg/job/", ".pressure", 500'000);
    SUBCASE("in a cgroup of our own") {
        tree.put("/cg/job/cgroup.type", "domain\n");
        const MachineTimes before = machine_times(tree.reader());
        put("/proc/pressure/", "", 3'000'000);
        put("/cg/job/", ".pressure", 1'000'000);
        const MachineTimes after = machine_times(tree.reader());
        const Disturbance found = disturbance_between(before, after, Seconds(10), Seconds(0), 1);
        CHECK(found.pressure->io == doctest::Approx(0.2));
        CHECK(found.own_pressure->memory == doctest::Approx(0.05));
        CHECK(pressure_by_others(found).cpu == doctest::Approx(0.15));
    }
    SUBCASE("the root of all cgroups is not ours") {
        CHECK(machine_times(tree.reader()).stalls.has_value());
        CHECK_FALSE(machine_times(tree.reader()).own_stalls.has_value());
    }
    SUBCASE("a kernel that tells nothing") {
        tree.put("/proc/pressure/io", "");
        CHECK_FALSE(machine_times(tree.reader()).stalls.has_value());
    }
}

TEST_CASE("this machine has a core and memory") {
    const Host host = discover_host(FileReader());
    CHECK(host.cores_allowed >= 1);
    CHECK(host.usable_cores() > 0);
    CHECK(host.memory_total > Bytes(0));
}
