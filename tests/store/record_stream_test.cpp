#include "advisor/store/record_stream.hpp"

#include <advisor/base/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace advisor;

namespace {

/// Writes numbers and texts as the recorder does.
class Payload {
public:
    template <typename T>
    Payload& add(T number) {
        std::array<char, sizeof(T)> bytes{};
        std::memcpy(bytes.data(), &number, sizeof(T));
        text_.append(bytes.data(), bytes.size());
        return *this;
    }
    Payload& u32(std::uint32_t number) { return add(number); }
    Payload& u64(std::uint64_t number) { return add(number); }
    Payload& text(std::string_view text) {
        text_.append(text);
        return *this;
    }
    [[nodiscard]] const std::string& str() const { return text_; }

private:
    std::string text_;
};

class Stream {
public:
    void frame(std::uint16_t kind, const std::string& payload) {
        const std::size_t size = 8 + (payload.size() + 7) / 8 * 8;
        Payload frame;
        frame.u32(static_cast<std::uint32_t>(size)).add(kind).add(number_++).text(payload);
        bytes_ += frame.str();
        bytes_.resize(bytes_.size() + size - 8 - payload.size());
    }
    void mark(std::uint16_t kind, std::uint32_t test, std::uint32_t a, std::uint64_t wall) {
        Payload mark;
        mark.u32(test).u32(a).u32(5).u32(6).u64(wall).u64(2).u64(3).add(0.5).add(0.25);
        mark.u64(4).u64(5).u64(6).u64(7).add(1.5).add(2.5);
        std::string schedstat = "\x09"
                                "11 222 33";
        schedstat.resize(56);
        frame(kind, mark.text(schedstat).str());
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::uint16_t number_ = 0;
};

std::string point(unsigned step, unsigned phase, unsigned outcome, unsigned flags) {
    Payload bytes;
    for (const unsigned byte : {step, phase, outcome, flags}) {
        bytes.add(static_cast<std::uint8_t>(byte));
    }
    return bytes.u32(7).u64(1000).u64(500).str();
}

std::string fixture_point(unsigned edge, std::uint32_t parameter) {
    return Payload().u32(edge | parameter << 8U).u32(3).u64(1000).u64(500).str();
}

/// One frame of each kind.
Stream one_of_each() {
    Stream stream;
    stream.frame(1, Payload().u32(6).u32(3).text("python3.9").str());
    stream.frame(2, Payload().u32(0).u32(4).u32(2).u32(4).text("dbbase").str());
    Payload item;
    item.u32(0).u32(4).u32(7).u32(1).u32(5).u32(10).u32(0).u32(2).u32(1).text("ga.py::B::c");
    stream.frame(3, item.str());
    stream.frame(4, Payload().u32(0).u32(0).u32(0xffffffff).u32(0).str());
    stream.frame(5, point(0, 0, 0, 0) + point(3, 1, 2, 3));
    stream.frame(6, "OSError: gone");
    stream.frame(7, Payload().u32(3).u32(2).u32(0xffffffff).u32(1).str());
    stream.frame(8, Payload().u64(500).u64(20).u64(3).str());
    stream.mark(19, 0xffffffff, 1, 77);
    stream.mark(32, 0xffffffff, 0, 78);
    stream.mark(48, 0, 9, 79);
    stream.mark(51, 0, 9, 80);
    stream.frame(9, Payload().u32(2).u32(6).text("capsys").str());
    stream.frame(0, std::string(16, '\0'));
    return stream;
}

std::vector<Record> decoded(std::string_view bytes) {
    RecordDecoder decoder;
    return decoder.feed(bytes);
}

}  // namespace

TEST_CASE("every kind of frame becomes its record") {
    const std::vector<Record> records = decoded(one_of_each().bytes());
    REQUIRE(records.size() == 14);
    CHECK(std::get<TestAlone>(records[13]) == TestAlone{2, "capsys"});
    CHECK(std::get<RunFact>(records[0]) == RunFact{"python", "3.9"});

    const auto& fixture = std::get<FixtureDefined>(records[1]);
    CHECK(fixture.value == FixtureDefinition{"db", Scope::session, "base"});

    const auto& item = std::get<ItemCollected>(records[2]);
    CHECK(item.id == "a.py::B::c");
    CHECK(item.module_length == 4);
    CHECK(item.class_length == 7);
    CHECK(item.groups == std::vector<std::string>{"g"});
    CHECK(item.uses == std::vector<FixtureUse>{{{0}, 2}});

    CHECK(std::get<FixtureNeeded>(records[3]) == FixtureNeeded{0, {{0}, 0xffffffff}});
    CHECK(
        std::get<TestPoint>(records[4])
        == TestPoint{7, Step::test_begun, Phase::setup, ReportedOutcome::passed, false, false, 1000, 500}
    );
    CHECK(
        std::get<TestPoint>(records[5])
        == TestPoint{7, Step::reported, Phase::call, ReportedOutcome::skipped, true, true, 1000, 500}
    );
    CHECK(std::get<RecorderFailed>(records[6]).reason == "OSError: gone");

    // A number that no process has is cut to one whose differences do not overflow.
    CHECK(std::get<HoldingsCounted>(records[7]) == HoldingsCounted{3, {2, 1 << 30, 1}});

    CHECK(std::get<GilCounted>(records[8]) == GilCounted{500, 20, 3});

    const auto& session = std::get<SessionMark>(records[9]);
    CHECK(session.point == SessionPoint::finished);
    CHECK(session.exit_status == 1);
    CHECK(session.at == Mark{77, 2, 3, 0.5, 0.25, 4, 5, 6, 7, 1.5, 2.5, 222});
    CHECK(std::get<CountersMark>(records[10]).at.wall_ns == 78);

    const auto& begin = std::get<FixtureMark>(records[11]);
    CHECK(begin.instance == 9);
    CHECK(begin.span == FixtureSpan::setup);
    CHECK(begin.edge == Edge::begin);
    CHECK(begin.use == FixtureUse{{5}, 6});
    const auto& end = std::get<FixtureMark>(records[12]);
    CHECK(end.span == FixtureSpan::teardown);
    CHECK(end.edge == Edge::end);
}

TEST_CASE("where the bytes are split changes nothing") {
    const std::string bytes = one_of_each().bytes();
    const std::vector<Record> whole = decoded(bytes);
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        RecordDecoder decoder;
        std::vector<Record> records = decoder.feed(std::string_view(bytes).substr(0, at));
        const std::vector<Record> rest = decoder.feed(std::string_view(bytes).substr(at));
        records.insert(records.end(), rest.begin(), rest.end());
        REQUIRE(records == whole);
        REQUIRE(decoder.unread() == 0);
    }
    RecordDecoder bytewise;
    std::vector<Record> records;
    for (const char byte : bytes) {
        for (Record& record : bytewise.feed(std::string_view(&byte, 1))) {
            records.push_back(std::move(record));
        }
    }
    CHECK(records == whole);
}

TEST_CASE("a stream that ends at any byte gives all whole frames and no error") {
    const std::string bytes = one_of_each().bytes();
    const std::vector<Record> whole = decoded(bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        // A copy of its own, so that a sanitizer sees a read beyond it.
        const std::string cut(bytes.data(), length);
        RecordDecoder decoder;
        const std::vector<Record> records = decoder.feed(cut);
        REQUIRE_FALSE(decoder.error().has_value());
        REQUIRE(records.size() <= whole.size());
        REQUIRE(std::equal(records.begin(), records.end(), whole.begin()));
        REQUIRE(decoder.unread() < 200);  // less than the longest frame here
    }
}

TEST_CASE("bytes that were overwritten end the recording and nothing else") {
    const std::string bytes = one_of_each().bytes();
    const std::vector<Record> whole = decoded(bytes);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0xffU}) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(value);
            RecordDecoder decoder;
            const std::vector<Record> records = decoder.feed(damaged);
            REQUIRE(records.size() <= whole.size() + 1);  // padding may become a record
        }
    }
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string damaged = bytes;
        for (std::uint32_t hits = 1 + random.below(20); hits > 0; --hits) {
            const std::uint32_t at = random.below(static_cast<std::uint32_t>(damaged.size()));
            damaged[at] = static_cast<char>(random.below(256));
        }
        RecordDecoder decoder;
        static_cast<void>(decoder.feed(damaged));
        static_cast<void>(decoder.feed(bytes));
    }
}

TEST_CASE("what cannot be a frame is an error that says where it is") {
    std::string bytes = one_of_each().bytes();
    const std::size_t length = bytes.size();
    std::string why;
    SUBCASE("a size that is no multiple of eight") {
        bytes += Payload().u32(9).u32(0).str();
        why = "a frame of 9 bytes";
    }
    SUBCASE("no size at all") {
        bytes += std::string(8, '\0');
        why = "a frame of 0 bytes";
    }
    SUBCASE("a size beyond all frames") {
        bytes += Payload().u32(0xfffffff8).u32(0).str();
        why = "a frame of 4294967288 bytes";
    }
    SUBCASE("another number than the next") {
        bytes += Payload().u32(8).u32(0).str();
        why = "frame 0 where 14 is due";
    }
    SUBCASE("a kind that there is not") {
        bytes += Payload().u32(8).add(std::uint16_t{99}).add(std::uint16_t{14}).str();
        why = "a frame of kind 99 that makes no sense";
    }
    SUBCASE("a payload that is too short") {
        bytes += Payload().u32(16).add(std::uint16_t{19}).add(std::uint16_t{14}).u64(0).str();
        why = "a frame of kind 19 that makes no sense";
    }
    SUBCASE("a step that there is not") {
        bytes += Payload().u32(32).add(std::uint16_t{5}).add(std::uint16_t{14}).str();
        bytes += point(8, 0, 0, 0);
        why = "a frame of kind 5 that makes no sense";
    }
    RecordDecoder decoder;
    CHECK(decoder.feed(bytes).size() == 14);
    CHECK(decoder.feed(one_of_each().bytes()).empty());
    REQUIRE(decoder.error().has_value());
    CHECK(decoder.error()->because.starts_with(why + " at byte " + std::to_string(length)));
    CHECK(decoder.unread() == bytes.size() - length + length);
}

TEST_CASE("numbers of frames go on after 65535") {
    Stream stream;
    const std::string fact = Payload().u32(1).u32(1).text("ab").str();
    for (int i = 0; i < 70000; ++i) {
        stream.frame(1, fact);
    }
    RecordDecoder decoder;
    CHECK(decoder.feed(stream.bytes()).size() == 70000);
    CHECK_FALSE(decoder.error().has_value());
}

TEST_CASE("lengths of a node id's parts that are longer than it are dropped") {
    Stream stream;
    Payload item;
    item.u32(0).u32(100).u32(2).u32(0).u32(0).u32(3).text("abc");
    stream.frame(3, item.str());
    const auto records = decoded(stream.bytes());
    REQUIRE(records.size() == 1);
    const auto& collected = std::get<ItemCollected>(records[0]);
    CHECK(collected.module_length == 0);
    CHECK(collected.class_length == 2);
}

TEST_CASE("a descriptor that became another file gives no run delay") {
    for (const std::string_view text :
         {"", "hello", "12", "1 -2 3", "99999999999999999999999 1 1"}) {
        Payload mark;
        mark.u32(0).u32(0).u32(0).u32(0);
        for (int i = 0; i < 11; ++i) {
            mark.u64(0);
        }
        std::string schedstat(1, static_cast<char>(text.size()));
        schedstat += text;
        schedstat.resize(56);
        Stream stream;
        stream.frame(32, mark.text(schedstat).str());
        const auto records = decoded(stream.bytes());
        REQUIRE(records.size() == 1);
        CHECK_FALSE(std::get<CountersMark>(records[0]).at.run_delay_ns.has_value());
    }
}

TEST_CASE("a point may be of a fixture of function scope") {
    Stream stream;
    stream.frame(5, fixture_point(4, 0xffffff) + fixture_point(7, 6));
    const std::vector<Record> records = decoded(stream.bytes());
    REQUIRE(records.size() == 2);
    const FixtureUse plain{{3}, FixtureUse::k_no_parameter};
    CHECK(
        std::get<FunctionFixturePoint>(records[0])
        == FunctionFixturePoint{FixtureSpan::setup, Edge::begin, plain, 1000, 500}
    );
    CHECK(
        std::get<FunctionFixturePoint>(records[1])
        == FunctionFixturePoint{FixtureSpan::teardown, Edge::end, {{3}, 6}, 1000, 500}
    );
    Stream beyond;
    beyond.frame(5, fixture_point(8, 0));
    CHECK(decoded(beyond.bytes()).empty());
}
