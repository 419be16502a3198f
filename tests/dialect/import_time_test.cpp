#include "advisor/dialect/import_time.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace advisor;

namespace {

/// As CPython 3.11 prints it, a module after those that it imports; 1000 us in all.
const std::string k_output = "import time: self [us] | cumulative | imported package\n"
                             "import time:       100 |        100 |   _io\n"
                             "import time:        50 |        150 | site\n"
                             "collected 1 item\n"
                             "import time:       200 |        200 |     re\n"
                             "import time:        10 |        210 |   _pytest.config\n"
                             "import time:       300 |        300 |   numpy\n"
                             "import time:       340 |        850 | pytest\n"
                             "import time: what is this | 3 | x\n"
                             "import time:\n";

std::vector<std::string> names(const std::vector<ImportCost>& imports) {
    std::vector<std::string> indented;
    for (const ImportCost& import : imports) {
        indented.push_back(std::string(import.depth, '>') + import.module);
    }
    return indented;
}

}  // namespace

TEST_CASE("imports are a tree in their order, parents first") {
    const auto all = costliest_imports(k_output, 0.0);
    CHECK(
        names(all)
        == std::vector<std::string>{"site", ">_io", "pytest", ">_pytest.config", ">>re", ">numpy"}
    );
    CHECK(all[2].total.value() == doctest::Approx(850e-6));
    CHECK(all[2].self.value() == doctest::Approx(340e-6));
}

TEST_CASE("imports below the share are left out with what they import") {
    CHECK(names(costliest_imports(k_output, 0.25)) == std::vector<std::string>{"pytest", ">numpy"});
}

TEST_CASE("an interpreter that tells no import times has none") {
    CHECK(costliest_imports("collected 1 item\n", 0.0).empty());
    CHECK(costliest_imports("", 0.0).empty());
}
