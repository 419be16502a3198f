#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "advise/build.hpp"
#include "advise/findings.hpp"

using namespace advisor;

namespace {

HoldingsChange by(std::uint32_t test, Holdings change) {
    return {{test}, {test}, {}, change};
}

/// Of ten tests "a.py::test_0" and so on.
std::vector<Finding>
told(const std::vector<HoldingsChange>& changes, std::vector<std::string> found) {
    building::Suite suite;
    suite.tests("a.py", 10, 1.0);
    suite.made.leftovers = Leftovers{changes, std::move(found)};
    return leftover_findings(suite.profile());
}

}  // namespace

TEST_CASE("a thread that is left is a finding with the test and the thread") {
    const auto findings = told({by(3, {1, 0, 0})}, {"thread serve", "descriptor socket"});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].code == "threads-left");
    CHECK(findings[0].subjects == std::vector<std::string>{"a.py::test_3"});
    CHECK(findings[0].message.starts_with(
        "1 thread that tests began outlived them all: thread serve;"
    ));
    CHECK(findings[0].numbers.front().second == 1.0);
}

TEST_CASE("a thread that a later test ends is none") {
    CHECK(told({by(3, {1, 0, 0}), by(5, {-1, 0, 0})}, {}).empty());
}

TEST_CASE("who left most descriptors stands first, and a handful is none") {
    CHECK(told({by(1, {0, 15, 0})}, {}).empty());
    const auto findings = told({by(1, {0, 6, 0}), by(2, {0, 10, 0})}, {});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].code == "descriptors-left");
    CHECK(findings[0].subjects == std::vector<std::string>{"a.py::test_2", "a.py::test_1"});
}

TEST_CASE("a process that is left is a finding, one of multiprocessing's own is none") {
    const std::string tracker =
        "process python -c from multiprocessing.resource_tracker import main;main(9)";
    CHECK(told({by(0, {0, 0, 1})}, {tracker}).empty());
    const auto findings = told({by(0, {0, 0, 2})}, {tracker, "process redis-server"});
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].code == "processes-left");
}

TEST_CASE("a profile without counts has no such finding") {
    CHECK(leftover_findings(building::Suite().profile()).empty());
}
