#include "model/units.hpp"

#include <doctest/doctest.h>

using namespace advisor;
using namespace advisor::model;

TEST_CASE("loadscope cuts at the last two colons, even inside of a parameter") {
    CHECK(scope_unit("a/b.py::test_x") == "a/b.py");
    CHECK(scope_unit("a/b.py::TestA::test_x") == "a/b.py::TestA");
    CHECK(scope_unit("a/b.py::test_x[p::q]") == "a/b.py::test_x[p");
    CHECK(scope_unit("README.md") == "README.md");
}

TEST_CASE("loadfile cuts at the first two colons") {
    CHECK(file_unit("a/b.py::TestA::test_x") == "a/b.py");
    CHECK(file_unit("a/b.py") == "a/b.py");
}

TEST_CASE("loadgroup keeps a group together and every other test for itself") {
    const XdistVersion now{3, 8, 0};
    CHECK(group_unit("b.py::test_x", {"db"}, now) == "db");
    CHECK(group_unit("b.py::test_x", {}, now) == "b.py::test_x");
    // An "@" in a parameter is not a group: a "]" stands behind it.
    CHECK(group_unit("b.py::test_x[a@b]", {}, now) == "b.py::test_x[a@b]");
    CHECK(group_unit("b.py::test_x[a@b]", {"db"}, now) == "db");
    // An "@" in a plain id is taken for one.
    CHECK(group_unit("b.py::test_x@home", {}, now) == "home");
}

TEST_CASE("several groups are joined in the order of their names since 3.7") {
    CHECK(group_unit("b.py::test_x", {"zoo", "db", "db"}, {3, 7, 0}) == "db_zoo");
    CHECK(group_unit("b.py::test_x", {"zoo", "db"}, {3, 6, 1}) == "db");
}

TEST_CASE("versions of xdist are read with their suffixes, other majors refused") {
    CHECK(parse_xdist_version("3.8.0") == XdistVersion{3, 8, 0});
    CHECK(parse_xdist_version("3.6.1.dev5+gabc") == XdistVersion{3, 6, 1});
    CHECK(parse_xdist_version("3.5") == XdistVersion{3, 5, 0});
    CHECK(!parse_xdist_version("2.5.0").has_value());
    CHECK(!parse_xdist_version("4.0.0").has_value());
    CHECK(!parse_xdist_version("").has_value());
    CHECK(!parse_xdist_version("three").has_value());
    CHECK(parse_xdist_version("2.5.0").error().hint == "install pytest-xdist 3.x");
}
