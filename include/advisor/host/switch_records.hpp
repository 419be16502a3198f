#pragma once

// When one thread left its core and when it came to run again: perf's switch records
// (PERF_RECORD_SWITCH, perf_event_open(2)), which the kernel writes into a ring that this process
// maps. They count nothing, so need no PMU, but the permission that counting in user space needs:
// kernel.perf_event_paranoid of at most 2, and a thread of the same user.

#include <advisor/base/result.hpp>
#include <advisor/host/descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace advisor {

struct ThreadSwitch {
    enum class Kind : std::uint8_t {
        in,             ///< it runs from now on
        out,            ///< it waits for something, or has ended
        out_preempted,  ///< it would have run on, and waits for a core
        lost,           ///< some switches after the one before are not known
    };
    std::int64_t at_ns = 0;  ///< CLOCK_MONOTONIC; 0 of what is lost
    Kind kind = Kind::lost;
    friend bool operator==(const ThreadSwitch&, const ThreadSwitch&) = default;
};

/// Of a ring's bytes those from `tail` to `head`, positions in the endless stream that the ring
/// holds the last part of. Records of other kinds are skipped; what is no record ends the reading
/// as a loss.
[[nodiscard]] std::vector<ThreadSwitch>
decode_switches(std::span<const std::byte> ring, std::uint64_t tail, std::uint64_t head);

/// The switches of one thread from now on, not those of threads or processes that it starts.
class SwitchRecords {
public:
    [[nodiscard]] static Result<SwitchRecords> open(int tid);

    /// What was written since the last call, in order of time. The ring holds some thousand waits;
    /// of more than that between two calls the later ones are lost.
    [[nodiscard]] std::vector<ThreadSwitch> drain();

private:
    struct Unmap {
        std::size_t size = 0;
        void operator()(std::byte* memory) const;
    };
    using Mapping = std::unique_ptr<std::byte, Unmap>;

    SwitchRecords(Descriptor event, Mapping mapping)
        : event_(std::move(event)),
          mapping_(std::move(mapping)) {}

    [[nodiscard]] static Mapping map(int event, std::size_t data_pages);

    Descriptor event_;
    Mapping mapping_;  ///< a page of positions, and then the ring
};

}  // namespace advisor
