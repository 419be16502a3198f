#pragma once

// The parent's end of the shared memory through which the Python recorder hands over its frames.
//
// Why a memfd: it needs no file system, cannot fill a disk or /dev/shm, and what the suite wrote
// survives SIGKILL and os._exit, since this side holds the descriptor. The child finds it under
// path(), opens it once and maps it; no descriptor is inherited.
//
// Layout, in the machine's byte order; one writer, one reader:
//   byte   0  u64 magic "!ADVRING" as it lies in memory  | written here, before the child starts
//          8  u64 version, 1                             |
//         16  u64 capacity of the data in bytes          |
//         64  u64 bytes ever written                     | written by the child
//         72  u64 frames dropped                         |
//         80  u64 pid of the writer, 0 until there is one|
//         88  u64 id of its thread, as the kernel knows it|
//         96  u64 RingMoment: what that thread does now  |
//        128  u64 bytes ever read                        | written by release()
//        136  u64 RingMoment that was seen, 0: none is   | written by saw()
//        256  counts of the GIL, by a library in the child where one is preloaded:
//             u64 id of the thread that shows the lock's signals, 0: none; by the recorder
//        264  u64 1: it counts; by the library, as the rest
//        272  u64 ns that the lock was held, up to its last release
//        280  u64 ns of them in which the holder was on no core
//        288  u64 releases
//        296  u64 CLOCK_MONOTONIC when it was taken, 0: it is free
//        304  u64 CPU clock of the holder's thread then
//       4096  data; byte n of the stream lies at n modulo capacity
// The child writes a whole frame first and the position last, so that a reader never sees half a
// frame. It waits up to 2 s in all for a reader and drops whole frames from then on. On x86-64
// stores become visible in this order; elsewhere the sequence numbers of the frames reveal the
// rare frame that was read too early (store/record_stream.hpp).
//
// The child is not trusted: positions are checked, and the size of the memory is sealed, so that a
// suite that truncates the file cannot end this process by SIGBUS.

#include <advisor/base/result.hpp>
#include <advisor/base/units.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace advisor {

/// What the recorder does with the GIL, for whoever reads the GIL from outside and wants to know
/// whether that is right.
enum class RingMoment : std::uint8_t {
    none,
    watching,  ///< said by this side only: somebody will look
    holding,   ///< the recorder computes, and so holds it
    released,  ///< the recorder sleeps, and so nobody does
};

class SharedRing {
public:
    static constexpr Bytes k_default_capacity{4 << 20};
    static constexpr std::size_t k_header_bytes = 4096;
    static constexpr std::uint64_t k_magic = 0x474E495256444121;
    static constexpr std::uint64_t k_version = 1;

    /// `capacity` is a positive multiple of the page size.
    [[nodiscard]] static Result<SharedRing> create(Bytes capacity = k_default_capacity);

    SharedRing(SharedRing&& other) noexcept;
    SharedRing& operator=(SharedRing&& other) noexcept;
    SharedRing(const SharedRing&) = delete;
    SharedRing& operator=(const SharedRing&) = delete;
    ~SharedRing();

    /// The bytes from `position` on, which was released last or is later. An error means that the
    /// suite wrote over the header; what was read before is still good.
    [[nodiscard]] Result<std::string> written_since(std::uint64_t position) const;

    /// Gives the room of all bytes before `position` back to the writer.
    void release(std::uint64_t position) const;

    /// "/proc/<pid>/fd/<n>", which a child of the same user can open while this object lives.
    [[nodiscard]] std::string path() const;

    /// Frames that the recorder gave up because nobody drained.
    [[nodiscard]] std::uint64_t dropped() const;

    /// False once the suite wrote over what this end has put into the header; then `dropped` may
    /// be anything, too.
    [[nodiscard]] bool is_intact() const;

    // The rest may be called by another thread.

    struct Writer {
        int pid = 0;  ///< of the process that records; 0 until there is one
        int tid = 0;  ///< its thread that runs the tests
    };
    [[nodiscard]] Writer writer() const;

    /// The moment that the recorder announces; it waits for saw() of it, for a second at most.
    [[nodiscard]] RingMoment moment() const;

    /// `none`: nobody watches (any more).
    void saw(RingMoment moment) const;

private:
    SharedRing(int descriptor, std::byte* memory, std::size_t capacity)
        : descriptor_(descriptor),
          memory_(memory),
          capacity_(capacity) {}

    int descriptor_ = -1;
    std::byte* memory_ = nullptr;
    std::size_t capacity_ = 0;
};

}  // namespace advisor
