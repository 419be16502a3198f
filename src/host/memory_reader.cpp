#include "advisor/host/memory_reader.hpp"

#include <sys/uio.h>

#include <cerrno>

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

}  // namespace advisor
