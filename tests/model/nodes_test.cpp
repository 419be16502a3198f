#include "model/nodes.hpp"

#include <doctest/doctest.h>

using namespace advisor;
using namespace advisor::model;

namespace {

TestCost test(const std::string& id, const std::string& class_id = {}) {
    TestCost result;
    result.id = id;
    result.module_length = static_cast<std::uint32_t>(id.find("::"));
    result.class_length = static_cast<std::uint32_t>(class_id.size());
    return result;
}

}  // namespace

TEST_CASE("tests of one class have one leaf, below their module, below the session") {
    NodeTable table({});
    const std::uint32_t first = table.leaf_of(test("a.py::A::B::test_x", "a.py::A::B"));
    const std::uint32_t second = table.leaf_of(test("a.py::A::B::test_y", "a.py::A::B"));
    const std::uint32_t outer = table.leaf_of(test("a.py::A::test_z", "a.py::A"));
    const std::uint32_t module = table.leaf_of(test("a.py::test_w"));
    CHECK(first == second);
    CHECK(table.nodes()[first].parent == outer);
    CHECK(table.nodes()[outer].parent == module);
    CHECK(table.nodes()[module].parent == k_session_node);
    CHECK(table.leaf_of(test("b.py::test_w")) != module);
}

TEST_CASE("a fixture lives at the node of its scope") {
    const FixtureDefinition session{"s", Scope::session, ""};
    const FixtureDefinition module{"m", Scope::module, ""};
    const FixtureDefinition of_class{"c", Scope::class_, ""};
    NodeTable table({session, module, of_class});
    const TestCost inner = test("a.py::A::test_x", "a.py::A");
    const std::uint32_t leaf = table.leaf_of(inner);
    CHECK(table.home_of(session, inner, leaf) == k_session_node);
    CHECK(table.home_of(module, inner, leaf) == table.nodes()[leaf].parent);
    CHECK(table.home_of(of_class, inner, leaf) == leaf);
}

TEST_CASE("a package fixture lives as long as tests below its directory run") {
    const FixtureDefinition package{"p", Scope::package, "tests/db/__init__.py"};
    NodeTable table({package});
    const TestCost inside = test("tests/db/deep/a.py::test_x");
    const TestCost outside = test("tests/dbx/a.py::test_x");
    const std::uint32_t home = table.home_of(package, inside, table.leaf_of(inside));
    CHECK(home != k_session_node);
    CHECK(holds(table.nodes(), home, table.leaf_of(inside)));
    CHECK(!holds(table.nodes(), home, table.leaf_of(outside)));
    CHECK(table.home_of(package, outside, table.leaf_of(outside)) == k_session_node);
}

TEST_CASE("a test without a module is counted to its file") {
    NodeTable table({});
    TestCost imported = test("a.py::test_x");
    imported.module_length = 0;
    CHECK(table.leaf_of(imported) == table.leaf_of(test("a.py::test_y")));
}
