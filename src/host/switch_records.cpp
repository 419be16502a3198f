#include "advisor/host/switch_records.hpp"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

#include "host/perf_event.hpp"

namespace advisor {

namespace {

constexpr const char* k_what = "cannot record the switches of a thread";

/// Of the attributes below, as the kernel writes it.
struct SwitchRecord {
    perf_event_header header;
    std::uint32_t pid;
    std::uint32_t tid;
    std::uint64_t time_ns;
};

std::vector<std::byte>
unrolled(std::span<const std::byte> ring, std::uint64_t tail, std::uint64_t head) {
    const auto size = static_cast<std::size_t>(head - tail);
    const auto begin = static_cast<std::size_t>(tail % ring.size());
    const auto first = ring.subspan(begin, std::min(size, ring.size() - begin));
    const auto second = ring.first(size - first.size());
    std::vector<std::byte> bytes(first.begin(), first.end());
    bytes.insert(bytes.end(), second.begin(), second.end());
    return bytes;
}

ThreadSwitch switch_of(std::span<const std::byte> bytes) {
    SwitchRecord record{};
    if (bytes.size() < sizeof record) {
        return {};
    }
    std::memcpy(&record, bytes.data(), sizeof record);
    using Kind = ThreadSwitch::Kind;
    const std::uint16_t misc = record.header.misc;
    const Kind out =
        (misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0 ? Kind::out_preempted : Kind::out;
    const bool is_out = (misc & PERF_RECORD_MISC_SWITCH_OUT) != 0;
    return {static_cast<std::int64_t>(record.time_ns), is_out ? out : Kind::in};
}

perf_event_attr attributes() {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_DUMMY;  // libpfm4 has no name for it
    attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME;
    attributes.sample_id_all = 1;
    attributes.context_switch = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.use_clockid = 1;
    attributes.clockid = CLOCK_MONOTONIC;
    return attributes;
}

std::size_t page_bytes() {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<ThreadSwitch>
decode_switches(std::span<const std::byte> ring, std::uint64_t tail, std::uint64_t head) {
    if (head < tail || head - tail > ring.size()) {
        return {ThreadSwitch()};
    }
    if (head == tail) {
        return {};
    }
    std::vector<ThreadSwitch> switches;
    const std::vector<std::byte> bytes = unrolled(ring, tail, head);
    std::span<const std::byte> left(bytes);
    while (!left.empty()) {
        perf_event_header header{};
        if (left.size() >= sizeof header) {
            std::memcpy(&header, left.data(), sizeof header);
        }
        if (header.size < sizeof header || header.size > left.size()) {
            switches.emplace_back();
            break;
        }
        if (header.type == PERF_RECORD_SWITCH) {
            switches.push_back(switch_of(left.first(header.size)));
        } else if (header.type == PERF_RECORD_LOST) {
            switches.emplace_back();
        }
        left = left.subspan(header.size);
    }
    return switches;
}

void SwitchRecords::Unmap::operator()(std::byte* memory) const {
    ::munmap(memory, size);
}

/// Nothing, and errno, if it cannot be. Writable, so that the kernel does not write over what was
/// not read yet.
SwitchRecords::Mapping SwitchRecords::map(int event, std::size_t data_pages) {
    const std::size_t size = (1 + data_pages) * page_bytes();
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
    return {memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory), Unmap{size}};
}

Result<SwitchRecords> SwitchRecords::open(int tid) {
    auto event = open_perf_event(k_what, attributes(), tid);
    if (!event) {
        return tl::unexpected(event.error());
    }
    // Powers of two. The larger, the more a user's other rings may have left too little for.
    for (const std::size_t data_pages : {64, 16, 4}) {
        if (Mapping mapping = map(event->get(), data_pages)) {
            return SwitchRecords(std::move(*event), std::move(mapping));
        }
        if (errno != EPERM) {
            return fail(ErrorKind::environment, k_what, std::strerror(errno));
        }
    }
    return fail(
        ErrorKind::environment, k_what, "no more memory may be locked (kernel.perf_event_mlock_kb)"
    );
}

std::vector<ThreadSwitch> SwitchRecords::drain() {
    auto& page = *reinterpret_cast<perf_event_mmap_page*>(mapping_.get());
    const std::atomic_ref tail(page.data_tail);  // only this side moves it
    const std::uint64_t begin = tail.load(std::memory_order_relaxed);
    const std::uint64_t end = std::atomic_ref(page.data_head).load(std::memory_order_acquire);
    const std::span<const std::byte> all(mapping_.get(), mapping_.get_deleter().size);
    auto switches = decode_switches(all.subspan(page_bytes()), begin, end);
    tail.store(end, std::memory_order_release);
    return switches;
}

}  // namespace advisor
