#pragma once

// The collectors of a suite as a tree: session, package directories that define a fixture of
// package scope, modules, classes. A fixture lives as long as the next test of its worker lies
// below the fixture's node.

#include <advisor/domain/profile.hpp>
#include <advisor/model/workload.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace advisor::model {

inline constexpr std::uint32_t k_session_node = 0;

class NodeTable {
public:
    explicit NodeTable(const std::vector<FixtureDefinition>& definitions);

    /// The innermost collector of a test.
    [[nodiscard]] std::uint32_t leaf_of(const TestCost& test);

    /// Where an instance of `definition` lives that a test with this leaf needs.
    [[nodiscard]] std::uint32_t
    home_of(const FixtureDefinition& definition, const TestCost& test, std::uint32_t leaf);

    /// A node of a test's own: the home of a class fixture outside of a class.
    [[nodiscard]] std::uint32_t own_node(const TestCost& test, std::uint32_t parent);

    [[nodiscard]] const std::vector<WorkNode>& nodes() const { return nodes_; }

private:
    [[nodiscard]] std::uint32_t module_node(const TestCost& test);
    [[nodiscard]] std::uint32_t child(char kind, std::string_view name, std::uint32_t parent);

    std::vector<std::string> packages_;  ///< outermost first
    std::vector<WorkNode> nodes_{WorkNode{}};
    std::map<std::string, std::uint32_t, std::less<>> known_;
};

/// The directory in which a fixture of package scope is defined; empty for the root.
[[nodiscard]] std::string_view package_of(const FixtureDefinition& definition);

/// True if `node` is `leaf` or lies above it.
[[nodiscard]] bool
holds(const std::vector<WorkNode>& nodes, std::uint32_t node, std::uint32_t leaf);

}  // namespace advisor::model
