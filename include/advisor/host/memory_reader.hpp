#pragma once

// Reads the memory of another process, without stopping it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace advisor {

enum class MemoryRead : std::uint8_t {
    done,
    denied,    ///< this process may not: ptrace's rules, seccomp
    gone,      ///< there is no such process any more
    unmapped,  ///< it has no memory there
};

class MemoryReader {
public:
    MemoryReader() = default;
    MemoryReader(const MemoryReader&) = delete;
    MemoryReader& operator=(const MemoryReader&) = delete;
    MemoryReader(MemoryReader&&) = delete;
    MemoryReader& operator=(MemoryReader&&) = delete;
    virtual ~MemoryReader() = default;

    /// Fills all of `into`, or says why not; then `into` holds anything.
    [[nodiscard]] virtual MemoryRead
    read(std::uint64_t address, std::span<std::byte> into) const = 0;
};

/// By process_vm_readv. Allowed for a process of the same user that is our descendant, in Docker's
/// default profile and under Yama's levels 0 and 1 too; not where ptrace is forbidden to all.
class ProcessMemory final : public MemoryReader {
public:
    explicit ProcessMemory(int pid)
        : pid_(pid) {}

    [[nodiscard]] MemoryRead read(std::uint64_t address, std::span<std::byte> into) const override;

private:
    int pid_;
};

/// Whether this process may read the memory of a child, tried on one that is forked for it.
[[nodiscard]] bool can_read_children();

template <typename T>
[[nodiscard]] std::optional<T> value_at(const MemoryReader& memory, std::uint64_t address) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (memory.read(address, std::as_writable_bytes(std::span(&value, 1))) != MemoryRead::done) {
        return std::nullopt;
    }
    return value;
}

}  // namespace advisor
