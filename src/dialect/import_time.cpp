#include "advisor/dialect/import_time.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace advisor {

namespace {

constexpr std::string_view k_lead = "import time:";

/// Leading blanks are taken off `text`; returns how many there were.
std::size_t skip_blanks(std::string_view& text) {
    const std::size_t blanks = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(blanks);
    return blanks;
}

/// Takes a number and the bar behind it off `text`.
std::optional<Seconds> take_microseconds(std::string_view& text) {
    skip_blanks(text);
    std::uint64_t us = 0;
    const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), us);
    if (problem != std::errc{}) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    skip_blanks(text);
    if (!text.starts_with('|')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    return Seconds(static_cast<double>(us) * 1e-6);
}

/// "import time:       123 |        456 |   package": two more blanks for each level of depth.
std::optional<ImportCost> import_in(std::string_view line) {
    if (!line.starts_with(k_lead)) {
        return std::nullopt;
    }
    line.remove_prefix(k_lead.size());
    const auto self = take_microseconds(line);
    const auto total = self ? take_microseconds(line) : std::nullopt;
    const std::size_t blanks = skip_blanks(line);
    if (!total || blanks == 0 || line.empty()) {
        return std::nullopt;
    }
    ImportCost import;
    import.module = std::string(line);
    import.depth = static_cast<std::uint32_t>((blanks - 1) / 2);
    import.self = *self;
    import.total = *total;
    return import;
}

/// As they were printed: a module after those that it imports.
std::vector<ImportCost> imports_in(std::string_view output) {
    std::vector<ImportCost> imports;
    while (!output.empty()) {
        const std::size_t end = std::min(output.find('\n'), output.size());
        if (auto import = import_in(output.substr(0, end))) {
            imports.push_back(std::move(*import));
        }
        output.remove_prefix(std::min(end + 1, output.size()));
    }
    return imports;
}

/// Appends the imports before `end` that are `depth` deep or deeper, parents first and otherwise
/// in order, and returns where they begin.
std::size_t place(
    const std::vector<ImportCost>& printed,
    std::size_t end,
    std::uint32_t depth,
    std::vector<ImportCost>& out
) {
    std::vector<std::vector<ImportCost>> siblings;
    while (end > 0 && printed[end - 1].depth >= depth) {
        const ImportCost& parent = printed[--end];
        std::vector<ImportCost>& tree = siblings.emplace_back();
        tree.push_back(parent);
        end = place(printed, end, parent.depth + 1, tree);
    }
    for (auto tree = siblings.rbegin(); tree != siblings.rend(); ++tree) {
        out.insert(out.end(), tree->begin(), tree->end());
    }
    return end;
}

}  // namespace

std::vector<ImportCost> costliest_imports(std::string_view output, double share) {
    std::vector<ImportCost> printed = imports_in(output);
    Seconds all;
    for (const ImportCost& import : printed) {
        all += import.self;
    }
    // No module took less than one that it imports, so that what is left is a tree as well.
    std::erase_if(printed, [&](const ImportCost& import) { return import.total < all * share; });
    std::vector<ImportCost> tree;
    place(printed, printed.size(), 0, tree);
    return tree;
}

}  // namespace advisor
