#include "advisor/measure/recover_profile.hpp"

#include <advisor/store/recording.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace advisor;

namespace {

constexpr std::uint64_t k_exec_ns = 1'000'000'000'000;
constexpr std::uint64_t k_ms = 1'000'000;

/// A recorder's frames, as store/record_stream.hpp describes them.
class Frames {
public:
    Frames& item(std::uint32_t test, std::string_view id) {
        const auto length = static_cast<std::uint32_t>(id.size());
        std::string payload;
        for (const std::uint32_t number : {test, 4U, 0U, 0U, 0U, length}) {
            add(payload, number);
        }
        return frame(3, payload.append(id));
    }
    /// A mark of the session, `ms` after its beginning.
    Frames& mark(std::uint16_t kind, std::uint64_t ms) {
        std::string payload(16, '\0');
        add(payload, k_exec_ns + ms * k_ms);
        payload.resize(16 + 11 * 8 + 56);
        return frame(kind, payload);
    }
    Frames& point(std::uint8_t step, std::uint8_t phase, std::uint32_t test, std::uint64_t ms) {
        std::string payload{static_cast<char>(step), static_cast<char>(phase), '\0', '\0'};
        add(payload, test);
        add(payload, k_exec_ns + ms * k_ms);
        add(payload, std::uint64_t{0});
        return frame(5, payload);
    }
    /// Begun at `ms`, set up at once; its call lasts 10 ms.
    Frames& begin(std::uint32_t test, std::uint64_t ms) {
        point(0, 0, test, ms).point(1, 0, test, ms);
        return point(2, 0, test, ms).point(3, 0, test, ms);
    }
    Frames& end(std::uint32_t test, std::uint64_t ms) {
        point(2, 1, test, ms).point(3, 1, test, ms);
        return point(2, 2, test, ms).point(3, 2, test, ms);
    }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
    template <typename T>
    static void add(std::string& bytes, T number) {
        std::array<char, sizeof(T)> raw{};
        std::memcpy(raw.data(), &number, sizeof(T));
        bytes.append(raw.data(), raw.size());
    }
    Frames& frame(std::uint16_t kind, std::string payload) {
        payload.resize((payload.size() + 7) / 8 * 8);
        add(bytes_, static_cast<std::uint32_t>(8 + payload.size()));
        add(bytes_, kind);
        add(bytes_, number_++);
        bytes_ += payload;
        return *this;
    }
    std::string bytes_;
    std::uint16_t number_ = 0;
};

Frames two_collected() {
    Frames frames;
    frames.mark(16, 100).mark(17, 120).mark(18, 150);
    return frames.item(0, "a.py::one").item(1, "a.py::two");
}

std::string head() {
    RecordingHead head;
    head.command = {"python", "-m", "pytest"};
    head.directory = "/suite";
    head.exec_ns = k_exec_ns;
    head.interpreter.version = "3.11.7";
    head.missing = {{"cycles", "no PMU"}};
    return to_bytes(head);
}

Profile recovered(const std::string& frames) {
    auto profile = recover_profile(head() + frames, "f");
    REQUIRE(profile.has_value());
    return std::move(*profile);
}

}  // namespace

TEST_CASE("a recovered profile holds what ended and names what was interrupted") {
    const Profile profile =
        recovered(two_collected().begin(0, 160).end(0, 170).begin(1, 180).bytes());
    REQUIRE(profile.tests.size() == 2);
    CHECK(profile.tests[0].outcome == TestOutcome::passed);
    CHECK(profile.tests[0].call.wall == Seconds(0.010));
    CHECK(profile.tests[1].outcome == TestOutcome::interrupted);
    CHECK_FALSE(profile.run.complete);
    CHECK(profile.run.incomplete_because == "advisor was killed, during the call of a.py::two");
    CHECK(profile.run.command == std::vector<std::string>{"python", "-m", "pytest"});
    CHECK(profile.run.directory == "/suite");
    CHECK(profile.interpreter.version == "3.11.7");
    CHECK_FALSE(profile.run.exit_code);
    CHECK_FALSE(profile.run.signal);
    CHECK(profile.run.wall.value() == doctest::Approx(0.180));  // up to the last record
    CHECK(profile.missing.front() == Missing{"cycles", "no PMU"});
    CHECK(profile.missing.size() > 3);
    CHECK_FALSE(profile.sampling);
}

TEST_CASE("a recording that came to its end is incomplete all the same") {
    Frames frames = two_collected().begin(0, 160).end(0, 170).begin(1, 180).end(1, 190);
    const Profile profile = recovered(frames.mark(19, 200).mark(20, 210).bytes());
    CHECK(profile.tests[1].outcome == TestOutcome::passed);
    CHECK_FALSE(profile.run.complete);
    CHECK(profile.run.incomplete_because == "advisor was killed, after the session");
    CHECK(profile.run.wall.value() == doctest::Approx(0.210));
    CHECK(profile.session.exit.wall == Seconds(0));
}

TEST_CASE("a recording that is cut anywhere gives what it has") {
    const std::string frames =
        two_collected().begin(0, 160).end(0, 170).begin(1, 180).end(1, 190).bytes();
    for (std::size_t length = 0; length < frames.size(); ++length) {
        const Profile profile = recovered(frames.substr(0, length));
        REQUIRE_FALSE(profile.run.complete);
        REQUIRE(profile.run.incomplete_because.starts_with("advisor was killed, "));
    }
}

TEST_CASE("a recording with bytes that are no frame says so") {
    std::string frames = two_collected().begin(0, 160).end(0, 170).bytes();
    const std::string good = frames;
    frames += std::string(8, '\x01');
    const Profile profile = recovered(frames + good);
    CHECK(profile.tests[0].outcome == TestOutcome::passed);
    CHECK(profile.run.incomplete_because.starts_with(
        "cannot read the recording to its end, which stops "
    ));
}

TEST_CASE("what is no recording is an error") {
    CHECK_FALSE(recover_profile("#!/bin/sh", "f").has_value());
    CHECK_FALSE(recover_profile(head().substr(0, 40), "f").has_value());
}
