#include "advisor/host/shared_ring.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

using namespace advisor;

namespace {

constexpr std::size_t k_page = 4096;

/// The child's end, as the Python recorder has it: found by path, mapped on its own.
class Writer {
public:
    explicit Writer(const SharedRing& ring)
        : descriptor_(open(ring.path().c_str(), O_RDWR | O_CLOEXEC)),
          memory_(static_cast<char*>(
              mmap(nullptr, 2 * k_page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0)
          )) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        munmap(memory_, 2 * k_page);
        close(descriptor_);
    }

    [[nodiscard]] std::uint64_t word(std::size_t index) const {
        std::uint64_t value = 0;
        std::memcpy(&value, memory_ + 8 * index, sizeof value);
        return value;
    }
    void set_word(std::size_t index, std::uint64_t value) {
        std::memcpy(memory_ + 8 * index, &value, sizeof value);
    }
    void write(std::string_view bytes) {
        const std::uint64_t at = word(8);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            memory_[k_page + (at + i) % k_page] = bytes[i];
        }
        set_word(8, at + bytes.size());
    }
    [[nodiscard]] bool truncate() const { return ftruncate(descriptor_, 0) == 0; }

private:
    int descriptor_;
    char* memory_;
};

/// Takes what was written since it did so last.
class Reader {
public:
    explicit Reader(const SharedRing& ring)
        : ring_(ring) {}
    Result<std::string> drain() {
        auto bytes = ring_.written_since(position_);
        if (bytes) {
            position_ += bytes->size();
            ring_.release(position_);
        }
        return bytes;
    }

private:
    const SharedRing& ring_;
    std::uint64_t position_ = 0;
};

SharedRing one_page() {
    return std::move(SharedRing::create(Bytes(k_page)).value());
}

}  // namespace

TEST_CASE("a new ring names itself, its version and its capacity") {
    const SharedRing ring = one_page();
    const Writer writer(ring);
    CHECK(writer.word(0) == SharedRing::k_magic);
    CHECK(writer.word(1) == 1);
    CHECK(writer.word(2) == k_page);
    CHECK(ring.dropped() == 0);
}

TEST_CASE("each byte is drained once, and the writer is told") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    Reader reader(ring);
    CHECK(reader.drain().value().empty());
    writer.write("abc");
    CHECK(reader.drain().value() == "abc");
    CHECK(writer.word(16) == 3);
    writer.write("de");
    CHECK(reader.drain().value() == "de");
    CHECK(reader.drain().value().empty());
}

TEST_CASE("bytes that wrap around the end come out in order") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    Reader reader(ring);
    writer.write(std::string(k_page - 2, 'x'));
    CHECK(reader.drain().value().size() == k_page - 2);
    writer.write("abcd");  // two before the end, two at the start
    CHECK(reader.drain().value() == "abcd");
}

TEST_CASE("a full ring is drained whole") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    Reader reader(ring);
    writer.write("x");
    CHECK(reader.drain().value() == "x");
    const std::string all(k_page, 'y');
    writer.write(all);
    CHECK(reader.drain().value() == all);
}

TEST_CASE("a position that no writer can have is an error") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    Reader reader(ring);
    writer.write("abc");
    CHECK(reader.drain().has_value());
    SUBCASE("behind the reader") {
        writer.set_word(8, 2);
    }
    SUBCASE("more than a lap ahead") {
        writer.set_word(8, 3 + k_page + 1);
    }
    SUBCASE("at the far end of the numbers") {
        writer.set_word(8, ~std::uint64_t{0});
    }
    const auto drained = reader.drain();
    REQUIRE_FALSE(drained.has_value());
    CHECK(drained.error().what == "cannot read on in the recording");
}

TEST_CASE("what was read and not released can be read again, and is not written over") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    writer.write("abcdef");
    CHECK(ring.written_since(0).value() == "abcdef");
    CHECK(writer.word(16) == 0);
    CHECK(ring.written_since(4).value() == "ef");
    CHECK(ring.written_since(6).value().empty());
    CHECK_FALSE(ring.written_since(7).has_value());
}

TEST_CASE("a header that somebody wrote over is found out, whatever the writer does later") {
    for (const std::size_t index : {0U, 1U, 2U}) {
        const SharedRing ring = *SharedRing::create(Bytes(k_page));
        Writer writer(ring);
        writer.write("abc");
        CHECK(ring.is_intact());
        writer.set_word(index, 0);
        CHECK_FALSE(ring.is_intact());
    }
}

TEST_CASE("the suite cannot take the memory away") {
    const SharedRing ring = one_page();
    const Writer writer(ring);
    Reader reader(ring);
    CHECK_FALSE(writer.truncate());
    CHECK(reader.drain().has_value());
}

TEST_CASE("a moved ring still reads what its writer writes") {
    SharedRing ring = one_page();
    Writer writer(ring);
    SharedRing moved = std::move(ring);
    writer.write("abc");
    CHECK(Reader(moved).drain().value() == "abc");
}

TEST_CASE("the writer says who it is and what it does with the GIL, and hears what was seen") {
    const SharedRing ring = one_page();
    Writer writer(ring);
    CHECK(ring.writer().pid == 0);
    CHECK(ring.moment() == RingMoment::none);
    writer.set_word(11, 4711);
    writer.set_word(10, 4710);
    writer.set_word(12, 3);
    CHECK(ring.writer().pid == 4710);
    CHECK(ring.writer().tid == 4711);
    CHECK(ring.moment() == RingMoment::released);
    ring.saw(RingMoment::released);
    CHECK(writer.word(17) == 3);
    writer.set_word(12, 1U << 20);  // a test wrote over the header
    CHECK(ring.moment() == RingMoment::none);
}
