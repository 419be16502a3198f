#pragma once

// A directory of one test alone, removed at its end.

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

namespace advisor::building {

class Scratch {
public:
    explicit Scratch(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string name = parent / "advisor-test-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root_ = name;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return (root_ / name).string();
    }
    /// So many are in it.
    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(
            std::filesystem::directory_iterator(root_), std::filesystem::directory_iterator{}
        ));
    }

private:
    std::filesystem::path root_;
};

}  // namespace advisor::building
