#include "advisor/host/memory_reader.hpp"

#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace advisor {

MemoryRead ProcessMemory::read(std::uint64_t address, std::span<std::byte> into) const {
    const iovec local{into.data(), into.size()};
    // The address is the other process's: it is only handed on to the kernel.
    auto* const there = reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
    const iovec remote{there, into.size()};
    const ssize_t count = ::process_vm_readv(pid_, &local, 1, &remote, 1, 0);
    if (count == static_cast<ssize_t>(into.size())) {
        return MemoryRead::done;
    }
    if (count >= 0 || errno == EFAULT) {
        return MemoryRead::unmapped;
    }
    return errno == ESRCH ? MemoryRead::gone : MemoryRead::denied;
}

bool can_read_children() {
    static const int k_known = 1;
    const int pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true) {
            ::pause();
        }
    }
    if (pid < 0) {
        return false;
    }
    int value = 0;
    const auto address = reinterpret_cast<std::uint64_t>(&k_known);
    const MemoryRead read =
        ProcessMemory(pid).read(address, std::as_writable_bytes(std::span(&value, 1)));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return read == MemoryRead::done;
}

}  // namespace advisor
