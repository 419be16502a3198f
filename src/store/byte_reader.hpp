#pragma once

// Takes numbers and texts off the front of a span of bytes, in the machine's byte order. What is
// not there reads as zero or empty and makes the reader bad for good, so that a decoder checks
// once, at the end of a frame.

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace advisor {

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes)
        : bytes_(bytes) {}

    template <typename T>
    T number() {
        static_assert(std::is_arithmetic_v<T>);
        T value{};
        const std::string_view part = view(sizeof(T));
        if (!part.empty()) {
            std::memcpy(&value, part.data(), sizeof(T));
        }
        return value;
    }

    std::string_view view(std::size_t size) {
        if (size > bytes_.size()) {
            good_ = false;
            bytes_ = {};
            return {};
        }
        const std::string_view part = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return part;
    }

    std::string text(std::size_t size) { return std::string(view(size)); }

    /// The enumerator of this number; the reader turns bad if it is beyond `last`.
    template <typename Enum>
    Enum enumerator(std::size_t number, Enum last) {
        require(number <= static_cast<std::size_t>(last));
        return good_ ? static_cast<Enum>(number) : Enum{};
    }

    void require(bool condition) { good_ = good_ && condition; }

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] std::size_t left() const { return bytes_.size(); }

private:
    std::string_view bytes_;
    bool good_ = true;
};

}  // namespace advisor
