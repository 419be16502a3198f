#include "advisor/store/recording.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "advisor/store/documents.hpp"
#include "advisor/store/files.hpp"
#include "scratch.hpp"
#include "store/random_values.hpp"

using namespace advisor;
using building::Scratch;

namespace {

namespace fs = std::filesystem;

RecordingHead some_head(std::uint64_t seed) {
    const Profile profile = RandomValues(seed).profile();
    return {
        {"python", "-m", "pytest", "a b"},
        "/suite",
        "2026-11-25T17:00:00Z",
        123456789012345,
        profile.host,
        profile.interpreter,
        {{"cycles", "no PMU"}}};
}

/// The beginning of names in a directory that is not there yet.
std::string prefix_in(const Scratch& scratch) {
    return scratch.path(".advisor/recording-");
}

std::string content(const RecordingFile& file) {
    return read_file(file.path(), k_largest_recording).value();
}

}  // namespace

TEST_CASE("a head is read as it was written, and the frames are what follows it") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const RecordingHead head = some_head(seed);
        const std::string frames("\0\1\n{}", 5);
        const std::string text = to_bytes(head) + frames;
        const auto back = read_recording(text, "there");
        REQUIRE_MESSAGE(back.has_value(), back.error().because);
        CHECK(back->head == head);
        CHECK(back->frames == frames);
    }
}

TEST_CASE("what is no recording is refused by name") {
    const auto error_of = [](const std::string& text) {
        const auto read = read_recording(text, "f");
        REQUIRE_FALSE(read.has_value());
        return read.error();
    };
    CHECK(error_of(to_json(Profile{})).because == "it is of the format 'advisor.profile'");
    CHECK(error_of("").what == "cannot read the recording 'f'");
    CHECK(
        error_of(std::string(
                     "\x7f"
                     "ELF\0\0",
                     6
                 ))
            .what
        == "cannot read the recording 'f'"
    );
    const std::string whole = to_bytes(some_head(1));
    for (std::size_t length = 0; length + 2 < whole.size(); length += 7) {
        CHECK_FALSE(error_of(whole.substr(0, length)).because.empty());
    }
}

TEST_CASE("a file holds its head and all frames, and stays when its writer goes") {
    const Scratch place;
    std::string path;
    {
        const auto file = RecordingFile::create(prefix_in(place), some_head(1));
        REQUIRE(file.has_value());
        path = file->path();
        CHECK(file->length() == 0);
        CHECK(file->append("abc").has_value());
        CHECK(file->append("def").has_value());
        CHECK(file->length() == 6);
        CHECK(content(*file) == to_bytes(some_head(1)) + "abcdef");
        CHECK(interrupted_recordings(prefix_in(place)).empty());
    }
    CHECK(interrupted_recordings(prefix_in(place)) == std::vector{path});
}

TEST_CASE("a child that its writer forked goes on where the file ends, and keeps it from others") {
    const Scratch place;
    auto file = std::make_optional(RecordingFile::create(prefix_in(place), some_head(1)).value());
    const std::string path = file->path();
    CHECK(file->append("abc").has_value());
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const int child = ::fork();
    if (child == 0) {
        ::close(ends[1]);
        char byte = 0;
        const bool told = ::read(ends[0], &byte, 1) == 0;
        ::_exit(told && file->length() == 3 && file->append("def") ? 0 : 1);
    }
    file.reset();
    CHECK(interrupted_recordings(prefix_in(place)).empty());
    ::close(ends[0]);
    ::close(ends[1]);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(interrupted_recordings(prefix_in(place)) == std::vector{path});
    CHECK(read_file(path, k_largest_recording).value() == to_bytes(some_head(1)) + "abcdef");
}

TEST_CASE("interrupted recordings are listed by prefix, the newest first") {
    const Scratch place;
    const auto make = [&](const std::string& name, int age_s) {
        const auto file = RecordingFile::create(prefix_in(place) + name, some_head(1));
        REQUIRE(file.has_value());
        const auto now = fs::last_write_time(file->path());
        fs::last_write_time(file->path(), now - std::chrono::seconds(age_s));
        return file->path();
    };
    const std::string older = make("a-", 20);
    const std::string newest = make("a-", 0);
    const std::string old = make("a-", 10);
    make("b-", 0);
    CHECK(interrupted_recordings(prefix_in(place) + "a-") == std::vector{newest, old, older});
    CHECK(interrupted_recordings(prefix_in(place)).size() == 4);
    CHECK(interrupted_recordings(prefix_in(place) + "c-").empty());
    CHECK(interrupted_recordings("/advisor/has/no/such/directory/x").empty());
}

TEST_CASE("a removed file is gone, and a directory that cannot be made is an error") {
    const Scratch place;
    const auto file = RecordingFile::create(prefix_in(place), some_head(1));
    REQUIRE(file.has_value());
    file->remove();
    CHECK_FALSE(fs::exists(file->path()));
    CHECK_FALSE(RecordingFile::create("/dev/null/recording-", some_head(1)).has_value());
}
