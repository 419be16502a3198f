#include "model/nodes.hpp"

#include <algorithm>
#include <set>

#include "model/units.hpp"

namespace advisor::model {

namespace {

std::string_view module_of(const TestCost& test) {
    // An imported profile knows no module; its file is the best there is.
    return test.module_length > 0 ? test.module_id() : file_unit(test.id);
}

bool lies_below(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.starts_with(directory)
           && path[directory.size()] == '/';
}

}  // namespace

std::string_view package_of(const FixtureDefinition& definition) {
    std::string_view base = file_unit(definition.base_id);
    if (base.ends_with(".py")) {
        const std::size_t slash = base.rfind('/');
        base = slash == std::string_view::npos ? std::string_view{} : base.substr(0, slash);
    }
    return base;
}

NodeTable::NodeTable(const std::vector<FixtureDefinition>& definitions) {
    std::set<std::string> packages;
    for (const FixtureDefinition& definition : definitions) {
        if (definition.scope == Scope::package && !package_of(definition).empty()) {
            packages.emplace(package_of(definition));
        }
    }
    packages_.assign(packages.begin(), packages.end());
    std::stable_sort(packages_.begin(), packages_.end(), [](const auto& a, const auto& b) {
        return a.size() < b.size();
    });
}

std::uint32_t NodeTable::child(char kind, std::string_view name, std::uint32_t parent) {
    std::string key(1, kind);
    key += name;
    const auto [found, added] =
        known_.emplace(std::move(key), static_cast<std::uint32_t>(nodes_.size()));
    if (added) {
        nodes_.push_back({parent});
    }
    return found->second;
}

std::uint32_t NodeTable::module_node(const TestCost& test) {
    const std::string_view module = module_of(test);
    std::uint32_t node = k_session_node;
    for (const std::string& package : packages_) {
        if (lies_below(module, package)) {
            node = child('p', package, node);
        }
    }
    return child('m', module, node);
}

std::uint32_t NodeTable::leaf_of(const TestCost& test) {
    std::uint32_t node = module_node(test);
    const std::string_view innermost = test.class_id();
    std::size_t end = module_of(test).size();
    while (end < innermost.size()) {
        end = std::min(innermost.find("::", end + 2), innermost.size());
        node = child('c', innermost.substr(0, end), node);
    }
    return node;
}

std::uint32_t NodeTable::own_node(const TestCost& test, std::uint32_t parent) {
    return child('t', test.id, parent);
}

std::uint32_t
NodeTable::home_of(const FixtureDefinition& definition, const TestCost& test, std::uint32_t leaf) {
    switch (definition.scope) {
    case Scope::function:
    case Scope::class_: return leaf;
    case Scope::module: return module_node(test);
    case Scope::package: {
        // A test outside of the package can only have the fixture by a plugin's doing; pytest
        // then keeps it for the session.
        const std::string_view package = package_of(definition);
        const bool inside = !package.empty() && lies_below(module_of(test), package);
        return inside ? known_.find("p" + std::string(package))->second : k_session_node;
    }
    case Scope::session: return k_session_node;
    }
    return k_session_node;
}

bool holds(const std::vector<WorkNode>& nodes, std::uint32_t node, std::uint32_t leaf) {
    while (leaf != node && leaf != k_session_node) {
        leaf = nodes[leaf].parent;
    }
    return leaf == node;
}

}  // namespace advisor::model
