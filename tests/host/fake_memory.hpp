#pragma once

// Memory of a process that does not exist: regions with bytes, and whether it may be read.

#include <advisor/host/memory_reader.hpp>

#include <cstring>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace advisor {

class FakeMemory final : public MemoryReader {
public:
    FakeMemory() = default;
    FakeMemory(const FakeMemory&) = delete;
    FakeMemory& operator=(const FakeMemory&) = delete;
    FakeMemory(FakeMemory&& other) noexcept
        : answer(other.answer),
          regions(std::move(other.regions)) {}
    FakeMemory& operator=(FakeMemory&&) = delete;
    ~FakeMemory() override = default;

    [[nodiscard]] MemoryRead read(std::uint64_t address, std::span<std::byte> into) const override {
        if (answer != MemoryRead::done) {
            return answer;
        }
        const auto after = regions.upper_bound(address);
        if (after == regions.begin()) {
            return MemoryRead::unmapped;
        }
        const auto& [begin, bytes] = *std::prev(after);
        const std::uint64_t offset = address - begin;
        if (offset + into.size() > bytes.size()) {
            return MemoryRead::unmapped;
        }
        std::memcpy(into.data(), bytes.data() + offset, into.size());
        return MemoryRead::done;
    }

    /// Writes into a region, which must be there.
    template <typename T>
    void put(std::uint64_t address, const T& value) {
        auto& [begin, bytes] = *std::prev(regions.upper_bound(address));
        std::memcpy(bytes.data() + (address - begin), &value, sizeof value);
    }

    MemoryRead answer = MemoryRead::done;
    std::map<std::uint64_t, std::string> regions;
};

}  // namespace advisor
