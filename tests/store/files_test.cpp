#include "advisor/store/files.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "scratch.hpp"

using namespace advisor;
using namespace advisor::literals;
using building::Scratch;

namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_CASE("a file is read as it was written, replaced, and nothing else is left") {
    const Scratch scratch;
    const std::string path = scratch.path("a.json");
    for (const std::string& bytes :
         {std::string("one\0two\n", 8), std::string(), std::string(200'000, 'x')}) {
        REQUIRE(write_file(path, bytes).has_value());
        CHECK(read_file(path, 1_MiB) == bytes);
    }
    CHECK(scratch.entries() == 1);
}

TEST_CASE("a file larger than the limit is refused, one of its size is read") {
    const Scratch scratch;
    const std::string path = scratch.path("a");
    REQUIRE(write_file(path, "12345").has_value());
    CHECK(read_file(path, Bytes(5)) == "12345");
    const auto read = read_file(path, Bytes(4));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().because == "it is larger than 4 B");
    // A hole of 200 MB takes no space and is refused after a little more than the limit.
    REQUIRE(::truncate(path.c_str(), 200'000'000) == 0);
    CHECK_FALSE(read_file(path, Bytes(100'000'000)).has_value());
}

TEST_CASE("what is not a regular file is not read") {
    const Scratch scratch;
    REQUIRE(::mkfifo(scratch.path("pipe").c_str(), 0600) == 0);
    for (const std::string& path :
         {scratch.path("pipe"), scratch.path(""), std::string("/dev/zero")}) {
        const auto read = read_file(path, 1_MiB);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().because == "it is not a regular file");
    }
    CHECK_FALSE(read_file(scratch.path("absent"), 1_MiB).has_value());
}

TEST_CASE("a link stays a link, and the file it names is replaced") {
    const Scratch scratch;
    REQUIRE(write_file(scratch.path("real"), "old").has_value());
    fs::create_symlink("real", scratch.path("link"));
    REQUIRE(write_file(scratch.path("link"), "new").has_value());
    CHECK(fs::is_symlink(scratch.path("link")));
    CHECK(read_file(scratch.path("real"), 1_MiB) == "new");
}

TEST_CASE("a link to a file that is not there stays a link, and the file is made") {
    const Scratch scratch;
    fs::create_symlink("real", scratch.path("link"));
    fs::create_symlink(scratch.path("link"), scratch.path("further"));
    REQUIRE(write_file(scratch.path("further"), "new").has_value());
    CHECK(fs::is_symlink(scratch.path("further")));
    CHECK(fs::is_symlink(scratch.path("link")));
    CHECK(read_file(scratch.path("real"), 1_MiB) == "new");
    fs::create_symlink("loop", scratch.path("loop"));
    CHECK_FALSE(write_file(scratch.path("loop"), "x").has_value());
}

TEST_CASE("a device is written to and not replaced") {
    CHECK(write_file("/dev/null", "x").has_value());
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a directory, or a path without one, is refused and leaves nothing") {
    const Scratch scratch;
    REQUIRE(make_directory(scratch.path("d")).has_value());
    const Status directory = write_file(scratch.path("d"), "x");
    REQUIRE_FALSE(directory.has_value());
    CHECK(directory.error().because == "it is a directory");
    CHECK_FALSE(write_file(scratch.path("absent/x"), "x").has_value());
    CHECK(scratch.entries() == 1);
}

TEST_CASE("whether a file can be written is seen without a change") {
    const Scratch scratch;
    CHECK(can_write(scratch.path("x")).has_value());
    CHECK(scratch.entries() == 0);
    REQUIRE(write_file(scratch.path("x"), "old").has_value());
    CHECK(can_write(scratch.path("x")).has_value());
    CHECK(read_file(scratch.path("x"), 1_MiB) == "old");
    CHECK(can_write("/dev/null").has_value());
    CHECK_FALSE(can_write(scratch.path("")).has_value());
    CHECK_FALSE(can_write(scratch.path("absent/x")).has_value());
    CHECK(scratch.entries() == 1);
}

TEST_CASE("the mode of a new file is 0644 less the umask") {
    const Scratch scratch;
    const ::mode_t before = ::umask(027);
    REQUIRE(write_file(scratch.path("a"), "x").has_value());
    ::umask(before);
    struct stat status {};
    REQUIRE(::stat(scratch.path("a").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0640U);
}

TEST_CASE("a new .advisor directory ignores itself for git, an old one is left alone") {
    const Scratch scratch;
    const std::string directory = scratch.path("suite/.advisor/runs");
    REQUIRE(make_directory(directory).has_value());
    CHECK(fs::is_directory(directory));
    CHECK(read_file(scratch.path("suite/.advisor/.gitignore"), 1_MiB) == "*\n");
    CHECK_FALSE(fs::exists(scratch.path("suite/.gitignore")));
    REQUIRE(write_file(scratch.path("suite/.advisor/.gitignore"), "mine").has_value());
    REQUIRE(make_directory(directory).has_value());
    CHECK(read_file(scratch.path("suite/.advisor/.gitignore"), 1_MiB) == "mine");
}

TEST_CASE("a file where a directory should be is said so") {
    const Scratch scratch;
    REQUIRE(write_file(scratch.path("x"), "").has_value());
    const Status made = make_directory(scratch.path("x/y"));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().because == "something else than a directory has that name");
}
