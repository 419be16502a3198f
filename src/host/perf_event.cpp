#include "host/perf_event.hpp"

#include <fmt/format.h>
#include <perfmon/pfmlib_perf_event.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace advisor {

namespace {

/// libpfm4's own start, once in a process; it keeps its tables until the end.
bool pfm_is_ready() {
    static const bool ready = pfm_initialize() == PFM_SUCCESS;
    return ready;
}

Result<perf_event_attr> encode(const std::string& name) {
    if (!pfm_is_ready()) {
        return fail(ErrorKind::environment, "cannot count events", "libpfm4 does not start");
    }
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    pfm_perf_encode_arg_t argument{};
    argument.size = sizeof argument;
    argument.attr = &attributes;
    const int code =
        pfm_get_os_event_encoding(name.c_str(), PFM_PLM3, PFM_OS_PERF_EVENT_EXT, &argument);
    if (code != PFM_SUCCESS) {
        return fail(
            ErrorKind::environment, fmt::format("cannot count {}", name), pfm_strerror(code)
        );
    }
    return attributes;
}

std::string paranoid_level() {
    std::ifstream file("/proc/sys/kernel/perf_event_paranoid");
    std::string level;
    file >> level;
    return level.empty() ? "unknown" : level;
}

std::string reason_of(int code) {
    switch (code) {
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        return "this machine has no such counter (no PMU, as in most virtual machines)";
    case EACCES:
    case EPERM:
        return fmt::format(
            "not permitted (kernel.perf_event_paranoid is {}, or a container's seccomp filter)",
            paranoid_level()
        );
    case ENOSYS: return "the kernel or a seccomp filter has no perf_event_open";
    case EMFILE:
    case ENFILE: return "too many open files";
    default: return std::strerror(code);
    }
}

}  // namespace

Result<Descriptor> open_perf_event(const std::string& what, perf_event_attr attributes, int pid) {
    const long fd = ::syscall(SYS_perf_event_open, &attributes, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0) {
        return fail(ErrorKind::environment, what, reason_of(errno));
    }
    return Descriptor(static_cast<int>(fd));
}

Result<PerfEvent> PerfEvent::open(const std::string& name, int pid, PerfTarget target) {
    auto attributes = encode(name);
    if (!attributes) {
        return tl::unexpected(attributes.error());
    }
    const bool on_exec = target == PerfTarget::child_on_exec;
    attributes->exclude_kernel = 1;
    attributes->exclude_hv = 1;
    attributes->disabled = on_exec ? 1 : 0;
    attributes->enable_on_exec = on_exec ? 1 : 0;
    attributes->inherit = on_exec ? 1 : 0;
    attributes->read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    auto fd = open_perf_event(fmt::format("cannot count {}", name), *attributes, pid);
    if (!fd) {
        return tl::unexpected(fd.error());
    }
    return PerfEvent(std::move(*fd));
}

Result<PerfReading> PerfEvent::read() const {
    std::array<std::uint64_t, 3> words{};  // value, ns enabled, ns running
    if (::read(fd_.get(), words.data(), sizeof words) != static_cast<ssize_t>(sizeof words)) {
        return fail(ErrorKind::environment, "cannot read a counter", std::strerror(errno));
    }
    if (words[1] == 0 || words[2] == 0) {
        return fail(ErrorKind::environment, "cannot read a counter", "it never ran");
    }
    const double running = static_cast<double>(words[2]) / static_cast<double>(words[1]);
    return PerfReading{static_cast<double>(words[0]) / running, running};
}

}  // namespace advisor
