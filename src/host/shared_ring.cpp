#include "advisor/host/shared_ring.hpp"

#include <advisor/base/assert.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace advisor {

namespace {

// Offsets in the header, as the door's comment lists them.
constexpr std::size_t k_magic_at = 0;
constexpr std::size_t k_version_at = 8;
constexpr std::size_t k_capacity_at = 16;
constexpr std::size_t k_written_at = 64;
constexpr std::size_t k_dropped_at = 72;
constexpr std::size_t k_writer_pid_at = 80;
constexpr std::size_t k_writer_tid_at = 88;
constexpr std::size_t k_moment_at = 96;
constexpr std::size_t k_read_at = 128;
constexpr std::size_t k_seen_at = 136;

std::atomic_ref<std::uint64_t> word(std::byte* memory, std::size_t offset) {
    // The mapping is page aligned and the offsets are multiples of eight.
    return std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(memory + offset));
}

tl::unexpected<Error> cannot_create(int number) {
    return fail(
        ErrorKind::environment,
        "cannot make the memory that is shared with the suite",
        std::strerror(number),
        "memfd_create must be allowed and 4 MiB of memory free"
    );
}

}  // namespace

Result<SharedRing> SharedRing::create(Bytes capacity) {
    const long page = sysconf(_SC_PAGESIZE);
    ADVISOR_ASSERT(
        capacity.value() > 0 && capacity.value() % page == 0, "a ring is made of whole pages"
    );
    const auto data = static_cast<std::size_t>(capacity.value());
    const std::size_t size = k_header_bytes + data;
    const int descriptor = memfd_create("advisor-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) {
        return cannot_create(errno);
    }
    void* memory = MAP_FAILED;
    if (ftruncate(descriptor, static_cast<off_t>(size)) == 0
        && fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    }
    if (memory == MAP_FAILED) {
        const int number = errno;
        close(descriptor);
        return cannot_create(number);
    }
    SharedRing ring(descriptor, static_cast<std::byte*>(memory), data);
    word(ring.memory_, k_magic_at).store(k_magic);
    word(ring.memory_, k_version_at).store(k_version);
    word(ring.memory_, k_capacity_at).store(data);
    return ring;
}

SharedRing::SharedRing(SharedRing&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      memory_(std::exchange(other.memory_, nullptr)),
      capacity_(other.capacity_) {}

SharedRing& SharedRing::operator=(SharedRing&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(memory_, other.memory_);
    std::swap(capacity_, other.capacity_);
    return *this;
}

SharedRing::~SharedRing() {
    if (memory_ != nullptr) {
        munmap(memory_, k_header_bytes + capacity_);
    }
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

Result<std::string> SharedRing::written_since(std::uint64_t position) const {
    const std::uint64_t written = word(memory_, k_written_at).load(std::memory_order_acquire);
    if (written < position || written - position > capacity_) {
        return fail(
            ErrorKind::suite_failed,
            "cannot read on in the recording",
            fmt::format("its writer stands at byte {}, its reader at {}", written, position),
            "a test seems to write into memory that it does not own"
        );
    }
    const auto size = static_cast<std::size_t>(written - position);
    const auto begin = static_cast<std::size_t>(position % capacity_);
    const std::size_t first = std::min(size, capacity_ - begin);
    const char* data = reinterpret_cast<const char*>(memory_ + k_header_bytes);
    std::string bytes;
    bytes.reserve(size);
    bytes.append(data + begin, first);
    bytes.append(data, size - first);
    return bytes;
}

void SharedRing::release(std::uint64_t position) const {
    word(memory_, k_read_at).store(position, std::memory_order_release);
}

std::string SharedRing::path() const {
    return fmt::format("/proc/{}/fd/{}", getpid(), descriptor_);
}

std::uint64_t SharedRing::dropped() const {
    return word(memory_, k_dropped_at).load(std::memory_order_relaxed);
}

bool SharedRing::is_intact() const {
    return word(memory_, k_magic_at).load() == k_magic
           && word(memory_, k_version_at).load() == k_version
           && word(memory_, k_capacity_at).load() == capacity_;
}

SharedRing::Writer SharedRing::writer() const {
    const auto id_at = [&](std::size_t offset) {
        return static_cast<int>(
            word(memory_, offset).load(std::memory_order_acquire) & 0x7fffffffU
        );
    };
    return {id_at(k_writer_pid_at), id_at(k_writer_tid_at)};
}

RingMoment SharedRing::moment() const {
    const std::uint64_t value = word(memory_, k_moment_at).load(std::memory_order_acquire);
    const auto last = static_cast<std::uint64_t>(RingMoment::released);
    return value <= last ? static_cast<RingMoment>(value) : RingMoment::none;
}

void SharedRing::saw(RingMoment moment) const {
    word(memory_, k_seen_at).store(static_cast<std::uint64_t>(moment), std::memory_order_release);
}

}  // namespace advisor
